"""The papers' own numbers, from config/reported/: shown beside ours, never used as a threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.metrics import METRICS
from ganpipe.plan.experiment import ReportedTable
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec


class ReportedValue(Spec):
    """A value that a paper reports, in the metric's own unit: fractions, not percent.

    Attributes:
        trials: what its error is over.
        confidence: how surely the value is known.
        copied_from: the source, where the paper took the value from another; None for its own.
    """

    dataset: str
    metric: str
    value: float | None
    error: float | None = None
    error_kind: Literal["stderr", "std", "unknown"] | None = None
    trials: int | None = None
    confidence: Literal["read", "corroborated", "recalled", "derived", "missing"]
    copied_from: str | None = None


class ListedValue(ReportedValue):
    """A value as config/reported/ lists it, under the paper's names."""

    table: str
    method: str
    setting: str | None = None


class ReportedNumber(ReportedValue):
    """A value under the names of an experiment, as its tables show it."""

    variant: str


def reported_numbers(folder: Path, wanted: ReportedTable, where: str) -> list[dict[str, Any]]:
    """The numbers of one table, under the names of the experiment's variants and datasets.

    A variant is called as the paper's method, followed by the setting where the table has several.

    Raises:
        GanpipeError: the file is missing or malformed, or has no such table.
    """
    path = folder / f"{wanted.file}.yaml"
    if not path.is_file():
        known = [file.stem for file in folder.glob("*.yaml")]
        raise GanpipeError(f"{where}: reported.file: {path} does not exist{suggestion(wanted.file, known)}")
    numbers = _read(path)
    datasets = {theirs: ours for ours, theirs in wanted.datasets.items()}
    chosen = [number for number in numbers if number.table == wanted.table]
    if not chosen:
        tables = {number.table for number in numbers}
        raise GanpipeError(f"{where}: reported.table: {path} has no {wanted.table!r}{suggestion(wanted.table, tables)}")
    return [
        {
            "dataset": datasets.get(number.dataset, number.dataset),
            "variant": number.method + (f", {number.setting}" if number.setting else ""),
            **number.model_dump(exclude={"table", "dataset", "method", "setting"}),
        }
        for number in chosen
    ]


def _read(path: Path) -> list[ListedValue]:
    content = read_yaml(path)
    if not isinstance(content, list):
        raise GanpipeError(f"{path}: should be a list of numbers")
    numbers = [validated(ListedValue, entry, f"{path}: entry {place}") for place, entry in enumerate(content, 1)]
    places: dict[tuple[str | None, ...], int] = {}
    for place, number in enumerate(numbers, 1):
        if number.metric not in METRICS:
            problem = f"{number.metric!r} is not known{suggestion(number.metric, METRICS)}"
            raise GanpipeError(f"{path}: entry {place}: metric: {problem}")
        key = (number.table, number.dataset, number.method, number.setting, number.metric)
        if (before := places.setdefault(key, place)) != place:
            raise GanpipeError(f"{path}: entry {place}: is the same place in the paper as entry {before}")
    return numbers
