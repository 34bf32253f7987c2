"""The papers' own numbers, from config/reported/: shown beside ours, never used as a threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ganpipe.errors import GanpipeError
from ganpipe.plan.experiment import Reported
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.part import Spec, one_line


class ReportedNumber(Spec):
    """One number as its paper prints it. ``confidence``: read, corroborated, recalled, derived or missing."""

    table: str
    dataset: str
    method: str
    setting: str | None = None
    metric: str
    value: float | None
    error: float | None = None
    error_kind: str | None = None
    trials: int | None = None
    confidence: str
    copied_from: str | None = None


def reported_numbers(folder: Path, wanted: Reported, where: str) -> list[dict[str, Any]]:
    """The numbers of one table, under the names of the experiment's variants and datasets.

    A variant is called as the paper's method, followed by the setting where the table has several.

    Raises:
        GanpipeError: the file is missing or malformed, or has no such table.
    """
    path = folder / f"{wanted.file}.yaml"
    try:
        numbers = TypeAdapter(list[ReportedNumber]).validate_python(read_yaml(path), strict=False)
    except ValidationError as error:
        raise one_line(error, str(path)) from None
    datasets = {theirs: ours for ours, theirs in wanted.datasets.items()}
    chosen = [number for number in numbers if number.table == wanted.table]
    if not chosen:
        raise GanpipeError(f"{where}: reported.table: {path} has no {wanted.table!r}")
    return [
        {
            "dataset": datasets.get(number.dataset, number.dataset),
            "variant": number.method + (f", {number.setting}" if number.setting else ""),
            **number.model_dump(exclude={"table", "dataset", "method", "setting"}),
        }
        for number in chosen
    ]
