"""The figures that an experiment can ask for, and those that its form suggests.

Planning says what is drawn; :mod:`ganpipe.reporting.figures` draws it, one module a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ganpipe.errors import GanpipeError
from ganpipe.spec.part import Spec

COUNTED = ("discriminator_parameters",)
"""What lines can be drawn along beside axes: quantities that are counted on the networks of the runs."""
WITH_NUMBERS = ("sensitivity",)
"""Figures that come with a CSV of what they show, because they compute more than they average."""


@dataclass(frozen=True)
class Form:
    """What of an experiment its figures can be about.

    Attributes:
        metrics: that it measures.
        axes: field -> levels.
        grid: fields of its full grid.
        several_methods: ``method`` is then as good as an axis.
    """

    metrics: Sequence[str]
    axes: Mapping[str, Sequence[Any]]
    grid: Sequence[str]
    several_methods: bool

    @property
    def factors(self) -> list[str]:
        """All that varies but seeds."""
        return [*self.axes, *(["method"] if self.several_methods else [])]

    @property
    def numbers(self) -> list[str]:
        """Fields of the axes of numbers."""
        return [field for field, levels in self.axes.items() if all(isinstance(level, int | float) for level in levels)]


class Figure(Spec):
    """One wanted figure."""

    kind: str

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        """What it names of the experiment: the key, what is given there, and what could be."""
        yield from ()


class WholeFigure(Figure):
    """A figure of the experiment as a whole."""

    kind: Literal["comparison", "samples", "inverses", "curves", "evolution", "losses", "players"]


class MetricFigure(Figure):
    """A figure of one metric."""

    kind: Literal["marginals", "pairs", "cost"]
    metric: str | None = Field(None, description="the primary one by default")

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "metric", self.metric, form.metrics


class Heatmap(Figure):
    """A metric over two axes; ``method`` counts as one."""

    kind: Literal["heatmap"]
    metric: str | None = Field(None, description="the primary one by default")
    x: str
    y: str

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "x", self.x, form.factors
        yield "y", self.y, form.factors
        yield "metric", self.metric, form.metrics


class Lines(Figure):
    """Each metric, or one, along something ordered, a line a method."""

    kind: Literal["lines"]
    metric: str | None = Field(None, description="all of them by default")
    x: str = Field(description=f"an axis of numbers, dataset, or {', '.join(COUNTED)}")

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "x", self.x, (*form.numbers, *COUNTED, "dataset")
        yield "metric", self.metric, form.metrics


class Failure(Spec):
    """When a run counts as failed: its metric is above a limit, or below one, in the metric's own unit."""

    metric: str
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _has_one_limit(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("give one of above and below")
        return self

    def shows(self, value: float) -> bool:
        """Whether a run with this value has failed."""
        return value > self.limit if self.below is None else value < self.limit

    @property
    def limit(self) -> float:
        """Whichever is given."""
        limit = self.above if self.below is None else self.below
        assert limit is not None
        return limit


class Sensitivity(Figure):
    """A metric along an axis of numbers that was sampled, with spread and failures."""

    kind: Literal["sensitivity"]
    metric: str | None = Field(None, description="the primary one by default")
    x: str = Field(description="an axis of numbers")
    panels: str | None = Field(None, description="an axis with a panel for each of its levels")
    log: bool = Field(False, description="average natural logarithms of the metric")
    failures: dict[str, Failure] = Field(
        {}, description="kinds of failure to count; a run counts under the first that fits"
    )

    def named(self, form: Form) -> Iterator[tuple[str, str | None, Sequence[str]]]:
        yield "x", self.x, form.numbers
        yield "panels", self.panels, form.factors
        yield "metric", self.metric, form.metrics
        for name, failure in self.failures.items():
            yield f"failures.{name}.metric", failure.metric, form.metrics


AnyFigure = Annotated[WholeFigure | MetricFigure | Heatmap | Lines | Sensitivity, Field(discriminator="kind")]


def planned_figures(chosen: Sequence[Figure] | None, form: Form, where: str) -> list[dict[str, Any]]:
    """The figures asked for, or those that the experiment's form suggests, each with the stem of its files.

    Raises:
        GanpipeError: one is about something that the experiment does not have, or stands twice.
    """
    figures: dict[str, dict[str, Any]] = {}
    for index, figure in enumerate(_suggested(form) if chosen is None else chosen):
        for key, given, known in figure.named(form):
            if given is not None and given not in known:
                problem = f"{given!r} is not one of {', '.join(known) or 'none'}"
                raise GanpipeError(f"{where}: figures.{index}.{key}: {problem}")
        settings = {"kind": figure.kind, **figure.model_dump(exclude_defaults=True)}
        stem = "_".join(value.rpartition(".")[2] for value in settings.values() if isinstance(value, str))
        if stem in figures:
            raise GanpipeError(f"{where}: figures.{index}: stands twice")
        figures[stem] = {**settings, "file": stem}
    return list(figures.values())


def _suggested(form: Form) -> Sequence[Figure]:
    """Marginal effects and, where there is a full grid, heat maps of an ablation; else a comparison of methods."""
    if not form.axes:
        return [WholeFigure(kind=kind) for kind in ("comparison", "samples", "curves", "losses")]
    x, y, *_ = [field for field in form.factors if field in form.grid or field == "method"] + [None, None]
    maps = [Heatmap(kind="heatmap", metric=metric, x=x, y=y) for metric in form.metrics] if x and y else []
    return [*maps, MetricFigure(kind="marginals")]
