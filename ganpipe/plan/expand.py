"""Expands an experiment into its runs: rows x cells x seeds."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from ganpipe.errors import GanpipeError
from ganpipe.plan.experiment import Axes, Choice, ExperimentFile, LogUniform, RandomAxes
from ganpipe.plan.fields import lay
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.part import one_line
from ganpipe.spec.run import RunSpec

LABELLED_APART = ("dataset", "method")
"""Fields that have a column of their own; as axes they are left out of a variant's label."""


@dataclass(frozen=True)
class Axis:
    """One field over which an ablation goes."""

    field: str
    label: str
    values: list[Any]


@dataclass
class Variant:
    """One row of a table, for one dataset: a specification without its seed."""

    dataset: str
    method: str
    label: str
    spec: RunSpec
    axes: dict[str, Any] = field(default_factory=dict)


def expand(experiment: ExperimentFile, where: str) -> tuple[list[Variant], list[Axis]]:
    """The variants of an experiment at one scale, and its axes.

    Args:
        where: the file, for errors.

    Raises:
        GanpipeError: a setting is unknown or of the wrong type, parts cannot go together, or two rows are the same.
    """
    axes = _axes(experiment.axes)
    methods = experiment.methods or {"": {}}
    variants: list[Variant] = []
    for label, row in methods.items():
        row_layer = {"method": row} if isinstance(row, str) else row
        row_where = f"{where}: methods.{label}" if label else f"{where}: runs"
        for cell in _cells(experiment.axes):
            content = lay(lay(lay({}, experiment.runs, f"{where}: runs"), row_layer, row_where), cell, f"{where}: axes")
            chosen = {**experiment.runs, **row_layer, **cell}
            variant = _variant(label, chosen, cell, axes, content, row_where, rows=len(methods))
            if not any(_agrees(variant, chosen, entry) for entry in experiment.exclude):
                variants.append(variant)
    if not variants:
        raise GanpipeError(f"{where}: exclude: leaves nothing to run")
    _refuse_duplicates(variants, where)
    return variants, axes


def _axes(axes: Axes) -> list[Axis]:
    values: dict[str, list[Any]] = {**axes.grid, **axes.zip}
    if axes.random is not None:
        for drawn in _random_cells(axes.random):
            for path, value in drawn.items():
                values.setdefault(path, []).append(value)
    names = {path: path.rpartition(".")[2] for path in values}
    unique = list(names.values())
    return [
        Axis(path, (path if unique.count(name) > 1 else name).replace("_", " "), _distinct(values[path]))
        for path, name in names.items()
    ]


def _cells(axes: Axes) -> Iterator[dict[str, Any]]:
    grid = [dict(zip(axes.grid, values, strict=True)) for values in itertools.product(*axes.grid.values())]
    zipped = [dict(zip(axes.zip, values, strict=True)) for values in zip(*axes.zip.values(), strict=True)] or [{}]
    drawn = list(_random_cells(axes.random)) if axes.random is not None else [{}]
    for parts in itertools.product(grid, zipped, drawn):
        yield {path: value for part in parts for path, value in part.items()}


def _random_cells(axes: RandomAxes) -> Iterator[dict[str, Any]]:
    for index in range(axes.samples):
        rng = generator(axes.seed, Purpose.PLAN, index)
        cell: dict[str, Any] = {}
        for path, distribution in axes.fields.items():
            if isinstance(distribution, Choice):
                cell[path] = distribution.choice[int(rng.integers(len(distribution.choice)))]
            elif isinstance(distribution, LogUniform):
                low, high = map(math.log, distribution.log_uniform)
                cell[path] = _readable(math.exp(low + (high - low) * rng.random()))
            else:
                low, high = distribution.uniform
                cell[path] = _readable(low + (high - low) * rng.random())
        yield cell


def _readable(value: float) -> float:
    """Four significant digits: a drawn value can be read in a table and typed by hand."""
    return float(f"{value:.4g}")


def _variant(
    label: str, chosen: dict[str, Any], cell: dict[str, Any], axes: list[Axis], content: dict[str, Any], where: str, rows: int
) -> Variant:
    try:
        spec = RunSpec.parse({**content, "seed": 0})
    except ValidationError as error:
        raise one_line(error, where) from None
    if reason := spec.refuses():
        raise GanpipeError(f"{where}: {reason}")
    labels = {axis.field: axis.label for axis in axes}
    method = label or _name(chosen.get("method", "gan"))
    parts = [f"{labels[path]} {_name(value)}" for path, value in cell.items() if path not in LABELLED_APART]
    # A single row's name would stand in every label and say nothing.
    named = [method] if rows > 1 or "method" in cell or not parts else []
    return Variant(_name(chosen["dataset"]), method, ", ".join(named + parts), spec, cell)


def _name(value: Any) -> str:
    """A setting as a person reads it."""
    if isinstance(value, dict):
        return str(value["kind"]) if set(value) == {"kind"} else json.dumps(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _agrees(variant: Variant, chosen: dict[str, Any], entry: dict[str, Any]) -> bool:
    known = {**chosen, "dataset": variant.dataset, "method": variant.method}
    return all(known.get(path) == value for path, value in entry.items())


def _refuse_duplicates(variants: list[Variant], where: str) -> None:
    seen: dict[str, Variant] = {}
    for variant in variants:
        other = seen.setdefault(variant.spec.run_id, variant)
        if other is not variant:
            pair = f"{other.label!r} and {variant.label!r}"
            raise GanpipeError(f"{where}: {pair} on {variant.dataset} are the same runs; leave one out")


def _distinct(values: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return sorted(kept) if all(isinstance(value, int | float) for value in kept) else kept
