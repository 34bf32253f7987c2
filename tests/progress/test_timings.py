from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ganpipe.evaluation.schema import evaluation_table
from ganpipe.files import read_json, write_json
from ganpipe.parquet import write_parquet
from ganpipe.progress.same_work import evaluation_work, step_work
from ganpipe.progress.timings import Timings, timings
from ganpipe.spec.run import RunSpec

CPU = {"device": "cpu", "cpu": "AMD EPYC"}
GPU = {"device": "NVIDIA H200", "cpu": "Xeon"}


@pytest.fixture
def rows(project: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = project.planned(methods={"GAN": "gan"}, seeds=4)["rows"]
    return rows


def end(project: Any, run: str, seconds: float, made_on: dict[str, str] = CPU, **changes: Any) -> Path:
    """A run of ten steps that took so many seconds."""
    folder: Path = project.results / "runs" / run
    result = {"status": "complete", "steps": 10, "train_seconds": seconds, "provenance": made_on, **changes}
    write_json(folder / "result.json", result)
    write_json(folder / "spec.json", project.spec(run).model_dump(mode="json"))
    return folder


def evaluate(project: Any, row: dict[str, Any], origin: dict[str, Any]) -> None:
    path = project.results / "evaluations" / row["run_id"] / f"{row['evaluations']['mixture-500']}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(evaluation_table([], origin), path)


def found(project: Any, rows: list[dict[str, Any]], kind: Any = "cpu") -> Timings:
    spec: RunSpec = project.spec(rows[0]["run_id"])
    return timings(project.results, kind, {step_work(spec)}, {evaluation_work(spec, "mixture-500", {})})


def test_the_median_over_finished_runs_of_the_same_work(project: Any, rows: list[dict[str, Any]]) -> None:
    for row, seconds in zip(rows, (1.0, 2.0, 30.0), strict=False):
        end(project, row["run_id"], seconds)
    work = step_work(project.spec(rows[0]["run_id"]))
    assert found(project, rows) == Timings({work: 0.2}, {}, ["AMD EPYC"])


def test_runs_that_tell_nothing(project: Any, rows: list[dict[str, Any]]) -> None:
    runs = [row["run_id"] for row in rows]
    end(project, runs[0], 1.0, status="diverged")
    # Of another kind of device, of an earlier version whose identity was another, and one whose file is damaged.
    end(project, runs[1], 1.0, GPU)
    folder = end(project, runs[2], 1.0)
    folder.rename(folder.with_name("0" * 12))
    (end(project, runs[3], 1.0) / "spec.json").write_text("{")
    assert found(project, rows) == Timings()
    on_gpu = found(project, rows, "cuda")
    assert (list(on_gpu.steps.values()), on_gpu.machines) == ([0.1], ["NVIDIA H200"])


def test_work_that_nobody_wants_is_left_out(project: Any, rows: list[dict[str, Any]]) -> None:
    end(project, rows[0]["run_id"], 1.0)
    evaluate(project, rows[0], {**CPU, "evaluation_seconds": 3.0})
    assert timings(project.results, "cpu", (), ()) == Timings()


def test_the_median_over_finished_evaluations(project: Any, rows: list[dict[str, Any]]) -> None:
    for row, seconds in zip(rows, (3.0, 4.0, 50.0, None), strict=True):
        end(project, row["run_id"], 1.0)
        # The last was interrupted, and does not know.
        evaluate(project, row, {**CPU, "evaluation_seconds": seconds})
    assert list(found(project, rows).evaluations.values()) == [4.0]


def test_evaluations_that_tell_nothing(project: Any, rows: list[dict[str, Any]]) -> None:
    end(project, rows[0]["run_id"], 1.0, status="diverged")
    evaluate(project, rows[0], {**CPU, "evaluation_seconds": 0.0})
    end(project, rows[1]["run_id"], 1.0)
    evaluate(project, rows[1], {**GPU, "evaluation_seconds": 1.0})
    # Not planned here: made by hand under a name, or under a protocol that is no more.
    for row in rows[2:]:
        end(project, row["run_id"], 1.0)
        evaluate(project, row, {**CPU, "evaluation_seconds": 1.0})
    made = project.results / "evaluations" / rows[2]["run_id"]
    (path,) = made.iterdir()
    path.rename(made / "111111111111.parquet")
    specs = project.results / "specs" / "evaluations"
    gone = rows[3]["evaluations"]["mixture-500"]
    content = read_json(specs / f"{gone[0]}.json")
    content[gone]["protocol"] = "mixture-7"
    write_json(specs / f"{gone[0]}.json", content)
    assert found(project, rows).evaluations == {}


def test_an_empty_folder_tells_nothing(project: Any) -> None:
    assert timings(project.results, "cpu", (), ()) == Timings()
