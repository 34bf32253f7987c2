"""Expands an experiment into its variants: rows x cells, each a run's specification without its seed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.plan.axes import Cell
from ganpipe.plan.experiment import ExperimentFile, Fields
from ganpipe.plan.fields import PRESETS, Layer, lay, resolve_preset, setting_at
from ganpipe.spec.explain import explain, fields_at, number_in
from ganpipe.spec.run import RunSpec

NAMED = ("dataset", "method")
"""Fields that have a column of their own; as axes they are left out of a variant's label."""
DEFAULT_METHOD = "gan"
"""What a run is that says nothing about its method."""


@dataclass(frozen=True)
class Axis:
    """One field over which an ablation goes."""

    field: str
    label: str
    values: list[Any]


@dataclass(frozen=True)
class Variant:
    """One row of a table, for one dataset: a specification without its seed."""

    dataset: str
    method: str
    label: str
    spec: RunSpec
    cell: Cell


def expand(experiment: ExperimentFile, where: str) -> tuple[list[Variant], list[Axis]]:
    """The variants of an experiment at one scale, and its axes.

    Args:
        where: the file, for errors.

    Raises:
        GanpipeError: a setting is unknown or of the wrong type, parts cannot go together, or two rows are the same.
    """
    _check_exclusions(experiment, where)
    labels = _axis_labels(experiment)
    if experiment.methods and "method" in labels:
        raise GanpipeError(f"{where}: axes: method: the rows of `methods` choose it already; keep one of the two")
    candidates = list(_candidates(experiment, where))
    for index, entry in enumerate(experiment.exclude):
        if not any(candidate.agrees(entry) for candidate in candidates):
            raise GanpipeError(f"{where}: exclude.{index}: no cell agrees with it")
    variants = [
        candidate.variant(labels, where)
        for candidate in candidates
        if not any(candidate.agrees(entry) for entry in experiment.exclude)
    ]
    if not variants:
        raise GanpipeError(f"{where}: exclude: leaves nothing to run")
    _refuse_duplicates(variants, where)
    return variants, [Axis(path, label, _levels(path, variants)) for path, label in labels.items()]


@dataclass(frozen=True)
class _Candidate:
    """One row in one cell, before it is validated.

    Attributes:
        layers: what the settings come from, each laid over the one before.
        content: the settings.
        row: the row's label; empty where the experiment has no rows.
        shown: whether the row's label says something, because there are others.
    """

    layers: Mapping[str, Layer]
    content: dict[str, Any]
    row: str
    shown: bool

    def chosen(self, field: str) -> Any:
        """A field as the file has it: the name of a preset, a group, or what is said about its parts."""
        settings = {path: value for layer in self.layers.values() for path, value in layer.items()}
        fixed = {path: value for path, value in settings.items() if path not in self.layers["axes"]}
        parts = [
            (path.removeprefix(f"{field}."), value) for path, value in fixed.items() if path.startswith(f"{field}.")
        ]
        return settings.get(field, ", ".join(f"{path} {_name(value)}" for path, value in parts) or DEFAULT_METHOD)

    def agrees(self, entry: Fields) -> bool:
        """Whether all settings of an exclusion are this candidate's."""
        return all(self._has(path, setting) for path, setting in entry.items())

    def _has(self, path: str, setting: Any) -> bool:
        if path in NAMED and isinstance(setting, str):
            return setting in (self.chosen(path), self.row if path == "method" else None)
        return bool(setting_at(self.content, path) == resolve_preset(path, setting, "exclude"))

    def variant(self, labels: Mapping[str, str], where: str) -> Variant:
        """The validated variant.

        Args:
            labels: of the axes, by field.
        """
        try:
            spec = RunSpec.parse(self.content)
        except ValidationError as error:
            path, problem = explain(error, RunSpec, self.content)
            raise GanpipeError(f"{where}: {self._origin(path)}: {path}: {problem}") from None
        cell = dict(self.layers["axes"])
        dataset, method = _name(self.chosen("dataset")), self.row or _name(self.chosen("method"))
        parts = [f"{labels[path]} {_name(value)}" for path, value in cell.items() if path not in NAMED]
        label = ", ".join([method, *parts] if self.shown or "method" in cell or not parts else parts)
        if reason := spec.refuses():
            raise GanpipeError(f"{where}: {label} on {dataset}: {reason}")
        return Variant(dataset, method, label, spec, cell)

    def _origin(self, path: str) -> str:
        """The layer that has the last word on a setting."""
        for name in reversed(tuple(self.layers)):
            if any(f"{path}.".startswith(f"{key}.") or key.startswith(f"{path}.") for key in self.layers[name]):
                return name
        return "runs"


def _candidates(experiment: ExperimentFile, where: str) -> Iterator[_Candidate]:
    rows: dict[str, Fields | str] = experiment.methods or {"": {}}
    for label, row in rows.items():
        for cell in experiment.axes.cells():
            row_layer = {"method": row} if isinstance(row, str) else row
            layers = {"runs": experiment.runs, f"methods.{label}": row_layer, "axes": cell}
            content: dict[str, Any] = {}
            for name, layer in layers.items():
                content = lay(content, layer, f"{where}: {name}")
            yield _Candidate(layers, content, label, shown=len(rows) > 1)


def _axis_labels(experiment: ExperimentFile) -> dict[str, str]:
    """Field of each axis -> what people read: the end of its path where that is unique.

    ``training.learning_rate`` is a learning rate, but ``method.judge.size`` is a judge's size.
    """
    fields = list(next(experiment.axes.cells()))
    ends = [" ".join(field.split(".")[1:][-2:] or [field]) for field in fields]
    return {
        field: (field if ends.count(end) > 1 else end).replace("_", " ")
        for field, end in zip(fields, ends, strict=True)
    }


def _levels(field: str, variants: list[Variant]) -> list[Any]:
    """The values of an axis that are left after exclusions: numbers by size, others as they come."""
    levels: list[Any] = []
    for variant in variants:
        if variant.cell[field] not in levels:
            levels.append(variant.cell[field])
    return sorted(levels) if all(isinstance(level, int | float) for level in levels) else levels


def _name(setting: Any) -> str:
    """A setting as a person reads it."""
    if isinstance(setting, dict) and "kind" in setting:
        rest = ", ".join(f"{key} {_name(value)}" for key, value in setting.items() if key != "kind")
        return f"{setting['kind']} ({rest})" if rest else str(setting["kind"])
    if isinstance(setting, float):
        return f"{setting:g}"
    return setting if isinstance(setting, str) else json.dumps(setting)


def _check_exclusions(experiment: ExperimentFile, where: str) -> None:
    """Refuse what no cell could agree with, because it is mistyped."""
    names = {**PRESETS, "method": [*experiment.methods, *PRESETS["method"]]}
    for path, setting in [item for entry in experiment.exclude for item in entry.items()]:
        *group, key = path.split(".")
        known = fields_at(RunSpec, group)
        if key not in known:
            raise GanpipeError(f"{where}: exclude: {path}: unknown key{suggestion(key, known)}")
        if isinstance(setting, str) and setting not in names.get(path, [setting]):
            raise GanpipeError(f"{where}: exclude: {path}: {setting!r} is not known{suggestion(setting, names[path])}")
        if isinstance(setting, str) and (number := number_in(setting)) is not None:
            raise GanpipeError(f"{where}: exclude: {path}: {setting!r} is text in YAML; write {number}")


def _refuse_duplicates(variants: list[Variant], where: str) -> None:
    runs: dict[str, Variant] = {}
    for variant in variants:
        other = runs.setdefault(variant.spec.run_id, variant)
        if other is not variant:
            pair = f"{other.label!r} and {variant.label!r}"
            raise GanpipeError(f"{where}: {pair} on {variant.dataset} are the same runs; leave one out")
    cells: set[tuple[str, str]] = set()
    for variant in variants:
        if (variant.dataset, variant.label) in cells:
            raise GanpipeError(f"{where}: two rows on {variant.dataset} would be called {variant.label!r}")
        cells.add((variant.dataset, variant.label))
