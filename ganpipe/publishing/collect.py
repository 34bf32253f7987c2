"""What a folder of results holds of a planned run, as a record that can be published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from ganpipe.evaluation.schema import provenance_of
from ganpipe.files import read_object
from ganpipe.layout import HISTORY, RESTORED, RESULT, SPEC, evaluation_path, run_folder
from ganpipe.publishing.record import EvaluationRecord, RunRecord
from ganpipe.reporting.aggregate import read_evaluation
from ganpipe.reporting.experiment import PlannedRun
from ganpipe.spec.run import ENGINE_VERSION, read_run_spec
from ganpipe.training.history import read_history
from ganpipe.training.restored import is_restored

DIGITS = 5
"""Significant digits of a published loss: more than a figure shows, in a third of the room."""


def collect(run: PlannedRun, results: Path, *, history: bool) -> RunRecord | None:
    """The record of a planned run, with those of its evaluations that have been made; None without any.

    An evaluation of an earlier training of the same run is not one of this run, and is left out.

    Args:
        history: also take the losses.

    Raises:
        GanpipeError: a file is garbled, or of another run; the line names it.
    """
    folder = run_folder(results, run.run_id)
    path = folder / (RESTORED if is_restored(folder) else RESULT)
    if not path.is_file():
        return None
    result = {key: value for key, value in read_object(path, "provenance").items() if key != "restored"}
    evaluations = []
    for protocol, evaluation_id in run.evaluations.items():
        measured = evaluation_path(results, run.run_id, evaluation_id)
        if not measured.is_file():
            continue
        table = read_evaluation(measured, run.run_id, protocol)
        provenance = provenance_of(table.schema)
        if provenance.get("run") == result["provenance"]:
            evaluations.append(_record(table, {**provenance, "run": None}))
    if not evaluations:
        return None
    return RunRecord(
        run_id=run.run_id,
        identity={"engine": ENGINE_VERSION, "run": read_run_spec(folder / SPEC).content},
        result=result,
        evaluations=tuple(sorted(evaluations, key=lambda each: each.evaluation_id)),
        history=_history(folder / HISTORY) if history else None,
    )


def _record(table: pa.Table, provenance: dict[str, Any]) -> EvaluationRecord:
    rows = table.to_pylist()
    return EvaluationRecord(
        evaluation_id=rows[0]["evaluation_id"],
        protocol=rows[0]["protocol"],
        status=rows[0]["status"],
        provenance=provenance,
        rows=tuple((row["metric"], row["step"], row["value"], row["n"], row["error"], row["floor"]) for row in rows),
    )


def _history(path: Path) -> dict[str, tuple[float, ...]] | None:
    if not path.is_file():
        return None
    return {
        name: tuple(float(f"{value:.{DIGITS}g}") if name != "step" else float(value) for value in values.tolist())
        for name, values in read_history(path).items()
    }
