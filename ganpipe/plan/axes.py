"""Axes of an ablation: which cells there are, in a grid, in step or drawn at random."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated, Any, Self, TypeVar

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from ganpipe.randomness import Purpose, generator
from ganpipe.spec.part import Spec

T = TypeVar("T")


def distinct(values: list[T]) -> list[T]:
    """``values``, none of which may stand twice."""
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ValueError(f"{value!r} stands twice")
    return values


Cell = dict[str, Any]
Values = Annotated[list[Any], Field(min_length=1)]
Levels = Annotated[Values, AfterValidator(distinct)]


class Distribution(Spec):
    """Where the values of a random axis come from: one of three."""

    uniform: tuple[float, float] | None = Field(None, description="low and high")
    log_uniform: tuple[float, float] | None = Field(None, description="low and high, uniform in the logarithm")
    choice: Values | None = Field(None, description="any of these values")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = {name: value for name, value in self if value is not None}
        if len(given) != 1:
            raise ValueError("give one of uniform, log_uniform and choice")
        if self.uniform and not self.uniform[0] < self.uniform[1]:
            raise ValueError(f"uniform: expected a low and a higher value, got {list(self.uniform)}")
        if self.log_uniform and not 0 < self.log_uniform[0] < self.log_uniform[1]:
            raise ValueError(
                f"log_uniform: expected a low value above 0 and a higher one, got {list(self.log_uniform)}"
            )
        return self

    def draw(self, rng: np.random.Generator) -> Any:
        """One value; numbers have four significant digits, so that they can be read in a table and typed by hand."""
        if self.choice is not None:
            return self.choice[int(rng.integers(len(self.choice)))]
        if self.log_uniform is not None:
            low, high = map(math.log, self.log_uniform)
            return float(f"{math.exp(rng.uniform(low, high)):.4g}")
        assert self.uniform is not None
        return float(f"{rng.uniform(*self.uniform):.4g}")


class RandomAxes(Spec):
    """Cells drawn at random, the same ones every time; one that is drawn twice counts once."""

    samples: int = Field(ge=1, le=100_000)
    seed: int = Field(0, ge=0, lt=2**63)
    fields: dict[str, Distribution] = Field(min_length=1)

    def cells(self) -> list[Cell]:
        """The drawn cells. More samples leave the first ones as they are."""
        drawn: list[Cell] = []
        for index in range(self.samples):
            rng = generator(self.seed, Purpose.PLAN, index)
            cell = {path: distribution.draw(rng) for path, distribution in self.fields.items()}
            if cell not in drawn:
                drawn.append(cell)
        return drawn


class Axes(Spec):
    """Fields of the specification over which an ablation goes; cells are the product of the three kinds."""

    grid: dict[str, Levels] = Field({}, description="every combination")
    zip: dict[str, Values] = Field({}, description="lists of equal length, in step")
    random: RandomAxes | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        lengths = {field: len(values) for field, values in self.zip.items()}
        if len(set(lengths.values())) > 1:
            listed = ", ".join(f"{length} for {field}" for field, length in lengths.items())
            raise ValueError(f"lists in zip must be equally long, got {listed}")
        fields = [*self.grid, *self.zip, *(self.random.fields if self.random else ())]
        for field in fields:
            if fields.count(field) > 1:
                raise ValueError(f"{field} stands in more than one of grid, zip and random")
        return self

    def cells(self) -> Iterator[Cell]:
        """Every combination of settings, by path; one empty cell when there is no axis."""
        grid = [dict(zip(self.grid, values, strict=True)) for values in itertools.product(*self.grid.values())]
        zipped = [dict(zip(self.zip, values, strict=True)) for values in zip(*self.zip.values(), strict=True)] or [{}]
        drawn = self.random.cells() if self.random else [{}]
        for parts in itertools.product(grid, zipped, drawn):
            yield {path: value for part in parts for path, value in part.items()}
