from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.publishing.merge import merge
from ganpipe.publishing.record import EvaluationRecord, RunRecord, read_records, write_records
from ganpipe.spec.part import digest

IDENTITY = {"engine": 1, "run": {"seed": 0}}


def evaluation(name: str, value: float | None) -> EvaluationRecord:
    return EvaluationRecord(
        evaluation_id=name,
        protocol="p",
        status="complete",
        provenance={"run": None},
        rows=(("modes", None, value, 10, None, None),),
    )


def record(*evaluations: EvaluationRecord, **changes: Any) -> RunRecord:
    result = {"status": "complete", "snapshots": {"1": "abc"}, "train_seconds": 1.5, "provenance": {}, **changes}
    return RunRecord(run_id=digest(IDENTITY), identity=IDENTITY, result=result, evaluations=evaluations)


def test_evaluations_come_together_and_the_first_says_where_the_run_was_made() -> None:
    first, second = record(evaluation("b", 8.0)), record(evaluation("a", 7.0), evaluation("b", 8.0), train_seconds=2.5)
    merged = merge([first], [second])
    assert merged.conflicts == []
    (found,) = merged.records.values()
    assert [each.evaluation_id for each in found.evaluations] == ["a", "b"]
    assert found.result["train_seconds"] == 1.5


@pytest.mark.parametrize(
    "other",
    [
        record(evaluation("b", 8.5)),
        record(evaluation("b", None)),
        record(evaluation("a", 8.0), snapshots={"1": "abd"}),
        record(evaluation("a", 8.0), status="diverged"),
    ],
)
def test_a_run_that_came_out_otherwise_is_no_addition(other: RunRecord) -> None:
    first = record(evaluation("b", 8.0))
    merged = merge([first], [other])
    assert merged.conflicts == [first.run_id]
    assert merged.records == {first.run_id: first}


def test_undefined_and_infinite_values_survive_the_file_and_agree_with_themselves(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl"
    odd = record(
        evaluation("a", math.nan), evaluation("b", math.inf), evaluation("c", None), evaluation("d", 0.1 + 0.2)
    )
    odd = odd.model_copy(update={"history": {"step": (1.0, 2.0), "loss_generator": (0.5, -math.inf)}})
    write_records(path, [odd])
    (found,) = read_records(path)
    assert repr(found) == repr(odd)
    assert merge([odd], [found]).conflicts == []
    before = path.read_bytes()
    write_records(path, [found])
    assert path.read_bytes() == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match=r"runs\.jsonl: no such file"):
        read_records(tmp_path / "runs.jsonl")
