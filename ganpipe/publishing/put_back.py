"""Published records put back as finished evaluations, so that the workflow asks for neither them nor their runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.schema import evaluation_table
from ganpipe.files import read_json, write_json
from ganpipe.layout import HISTORY, RESTORED, SPEC, evaluation_path, run_folder
from ganpipe.parquet import read_parquet, write_parquet
from ganpipe.publishing.record import EvaluationRecord, RunRecord
from ganpipe.training.history import history_table
from ganpipe.training.restored import is_trained_here


@dataclass(frozen=True)
class PutBack:
    """Numbers of runs: put back (or found as they should be), trained here and left alone, asked for by no plan."""

    restored: int
    here: int
    foreign: int


def put_back(
    records: Iterable[RunRecord],
    specs: Mapping[str, dict[str, Any]],
    evaluations: Iterable[str],
    results: Path,
    source: str,
) -> PutBack:
    """Write the evaluations of all planned records below ``results``, and mark their runs as restored.

    A run that was trained here keeps its own numbers. What is already as it should be is not touched, so that nothing
    is made again because of it.

    Args:
        specs: the specifications of the planned runs by id, as the planner wrote them.
        evaluations: ids of the planned evaluations.
        source: the folder of the publication, for the mark.
    """
    planned = frozenset(evaluations)
    restored = here = foreign = 0
    for record in records:
        wanted = [each for each in record.evaluations if each.evaluation_id in planned]
        folder = run_folder(results, record.run_id)
        if record.run_id not in specs or not wanted:
            foreign += 1
        elif is_trained_here(folder):
            here += 1
        else:
            restored += 1
            for evaluation in wanted:
                _put_evaluation(record, evaluation, results)
            _put_run(record, specs[record.run_id], folder, source)
    return PutBack(restored, here, foreign)


def _put_evaluation(record: RunRecord, evaluation: EvaluationRecord, results: Path) -> None:
    shared = {"run_id": record.run_id, "evaluation_id": evaluation.evaluation_id, "protocol": evaluation.protocol}
    names = ("metric", "step", "value", "n", "error", "floor")
    rows = [shared | dict(zip(names, row, strict=True)) | {"status": evaluation.status} for row in evaluation.rows]
    provenance = {**evaluation.provenance, "run": record.result["provenance"]}
    table = evaluation_table(rows, provenance)
    path = evaluation_path(results, record.run_id, evaluation.evaluation_id)
    if not _holds(path, table):
        write_parquet(table, path)


def _holds(path: Path, table: pa.Table) -> bool:
    try:
        return bool(read_parquet(path).equals(table, check_metadata=True))
    except GanpipeError:
        return False


def _put_run(record: RunRecord, spec: dict[str, Any], folder: Path, source: str) -> None:
    mark = {**record.result, "restored": {"from": source}}
    whole = (folder / SPEC).is_file() and (record.history is None or (folder / HISTORY).is_file())
    with suppress(GanpipeError):
        if whole and read_json(folder / RESTORED) == mark:
            return
    write_json(folder / SPEC, spec)
    if record.history is not None:
        write_parquet(history_table(record.history), folder / HISTORY)
    write_json(folder / RESTORED, mark)
