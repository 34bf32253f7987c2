from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ganpipe.files import write_json
from ganpipe.layout import RESTORED
from ganpipe.progress.estimate import RemainingRun
from ganpipe.progress.remaining import Remaining
from ganpipe.spec.run import RunSpec
from ganpipe.training.lease import holding


def end(project: Any, run: str, status: str = "complete") -> None:
    write_json(project.results / "runs" / run / "result.json", {"status": status, "reason": "", "train_seconds": 1.0})


def evaluated(project: Any, row: dict[str, Any]) -> None:
    for evaluation in row["evaluations"].values():
        path: Path = project.results / "evaluations" / row["run_id"] / f"{evaluation}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def left(project: Any, *names: str, counted: list[RunSpec] | None = None) -> dict[str, RemainingRun]:
    def footprint(spec: RunSpec) -> Any:
        if counted is not None:
            counted.append(spec)
        return SimpleNamespace(snapshot=10, last=15, checkpoint=40)

    return Remaining(project.results, project.plan()["experiments"], footprint).of(*names or ("one",))


def shape(found: RemainingRun) -> tuple[bool, int]:
    return found.training is not None, len(found.evaluations)


def test_what_is_made_is_not_left(project: Any) -> None:
    rows = project.planned(methods={"GAN": "gan"}, seeds=4)["rows"]
    for row in rows[:3]:
        end(project, row["run_id"], "diverged" if row is rows[2] else "complete")
    evaluated(project, rows[0])
    # Without its run an evaluation is made again as soon as the run is there.
    evaluated(project, rows[3])
    assert [shape(found) for found in left(project).values()] == [(False, 0), (False, 1), (False, 1), (True, 1)]


def test_a_restored_run_stands_while_all_that_is_asked_of_it_does(project: Any) -> None:
    rows = project.planned(protocols=["mixture-500", "mixture-2500"], seeds=1)["rows"]
    for row in rows:
        write_json(project.results / "runs" / row["run_id"] / RESTORED, {})
        evaluated(project, row)
    (project.results / "evaluations" / rows[1]["run_id"] / f"{rows[1]['evaluations']['mixture-500']}.parquet").unlink()
    assert [shape(found) for found in left(project).values()] == [(False, 0), (True, 2)]


def test_a_run_at_work_has_the_rest_of_its_steps_left(project: Any) -> None:
    run = project.planned(methods={"GAN": "gan"}, seeds=1)["rows"][0]["run_id"]
    with holding(project.results / "runs" / run) as lease:
        assert left(project)[run].training.steps == 20
        lease.beat({"step": 15, "steps": 20, "steps_per_second": 1.0}, now=True)
        assert left(project)[run].training.steps == pytest.approx(5)


def test_snapshots_and_checkpoints_are_counted_once_for_all_that_do_the_same(project: Any) -> None:
    counted: list[RunSpec] = []
    project.write(runs={**project.runs, "training.snapshots": 4})
    found = left(project, counted=counted)
    # Four runs, two methods.
    assert [(each.training.kept, each.training.checkpoint) for each in found.values()] == [(3 * 10 + 15, 40)] * 4
    assert [spec.method.judge.kind for spec in counted] == ["single", "packed"]


def test_runs_that_two_experiments_ask_for_are_left_once(project: Any) -> None:
    project.write("two", methods={"GAN": "gan"}, seeds=1, protocols=["mixture-500", "mixture-2500"])
    one, two, both = left(project, "one"), left(project, "two"), left(project, "one", "two")
    (shared,) = two
    assert [len(each) for each in (one, two, both)] == [4, 1, 4]
    assert [len(each[shared].evaluations) for each in (one, two, both)] == [1, 2, 2]
