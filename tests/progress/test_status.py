from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, write_json
from ganpipe.layout import LEASE
from ganpipe.progress.status import STATES, experiment_status, render
from ganpipe.training.lease import holding


def finish(folder: Path, status: str = "complete", seconds: float = 10.0) -> None:
    reason = None if status == "complete" else "the discriminator's loss is NaN"
    write_json(folder / "result.json", {"status": status, "reason": reason, "train_seconds": seconds})


def counts(entry: dict[str, Any]) -> dict[str, int]:
    return {state: entry[state] for state in STATES if entry[state]}


def test_runs_by_state(project: Any) -> None:
    project.write("two", methods={"GAN": "gan"}, seeds=1)
    project.planned(seeds=4)
    folders = [project.results / "runs" / row["run_id"] for row in project.described()["rows"]]
    finish(folders[0])
    finish(folders[1], "diverged")
    (folders[2]).mkdir(parents=True)
    (folders[2] / "checkpoint.pt").touch()
    with holding(folders[3]) as lease, holding(folders[4]):
        lease.beat({"step": 5, "steps": 20, "steps_per_second": 3.0}, now=True)
        one, two = experiment_status(project.results, None)
        text = render([one, two])
    assert (one["experiment"], one["runs"]) == ("one", 8)
    assert counts(one) == {"complete": 1, "diverged": 1, "running": 2, "stopped": 1, "waiting": 3}
    assert one["reasons"] == {folders[1].name: "the discriminator's loss is NaN"}
    # Runs are counted for every experiment that asks for them.
    assert counts(two) == {"complete": 1}
    assert f"running  {folders[3].name}  step 5 of 20, 3.0 steps/s  on " in text
    assert f"running  {folders[4].name}  starting  on " in text
    assert f"diverged {folders[1].name}  the discriminator's loss is NaN" in text


def test_a_run_of_several_experiments_is_named_once(project: Any) -> None:
    project.write("two", methods={"GAN": "gan"}, seeds=1)
    folder = project.results / "runs" / project.planned()["rows"][0]["run_id"]
    with holding(folder) as lease:
        lease.beat({"step": 5, "steps": 20, "steps_per_second": 3.0}, now=True)
        found = experiment_status(project.results, None)
    assert [entry["running"] for entry in found] == [1, 1]
    assert render(found).count(folder.name) == 1


def test_a_run_whose_process_is_gone_is_not_running(project: Any) -> None:
    run = project.planned()["rows"][0]["run_id"]
    folder = project.results / "runs" / run
    code = "import os, sys; from pathlib import Path; from ganpipe.training.lease import Lease\n"
    code += "Lease(Path(sys.argv[1]) / 'lease.json').acquire(); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code, str(folder)]).returncode == -9
    assert read_json(folder / LEASE)["pid"] != os.getpid()
    (entry,) = experiment_status(project.results, "one")
    assert counts(entry) == {"stopped": 1, "waiting": 3}


def test_a_run_without_a_sign_of_life_is_said_to_have_none_and_to_have_no_pace(project: Any) -> None:
    folder = project.results / "runs" / project.planned()["rows"][0]["run_id"]
    with holding(folder) as lease:
        lease.beat({"step": 10, "steps": 20, "steps_per_second": 2.0}, now=True)
        write_json(folder / LEASE, {**read_json(folder / LEASE), "beat": time.time() - 7200})
        (entry,) = experiment_status(project.results, "one")
    assert counts(entry) == {"running": 1, "waiting": 3}
    assert entry["seconds_left"] is None
    assert "step 10 of 20, no sign of life for 2.0 h  on " in render([entry])


def test_the_time_left_counts_what_runs_and_what_waits(project: Any) -> None:
    folders = [project.results / "runs" / row["run_id"] for row in project.planned()["rows"]]
    finish(folders[0], seconds=30.0)
    assert experiment_status(project.results, "one")[0]["seconds_left"] is None
    with holding(folders[1]) as lease:
        lease.beat({"step": 10, "steps": 20, "steps_per_second": 2.0}, now=True)
        (entry,) = experiment_status(project.results, "one")
    # Five seconds for the rest of the run at work, then two runs of thirty seconds one after another.
    assert entry["seconds_left"] == pytest.approx(5 + 2 * 30)
    assert "1.1 min" in render([entry])


def test_what_is_not_planned_is_one_line(project: Any) -> None:
    with pytest.raises(GanpipeError, match=r"results/plan\.json: nothing is planned yet"):
        experiment_status(project.results, None)
    project.plan()
    with pytest.raises(GanpipeError, match=r"onne: not in the plan; did you mean one\?"):
        experiment_status(project.results, "onne")


@pytest.mark.parametrize("name", ["plan.json", "result.json"])
def test_a_file_of_another_content_is_one_line(project: Any, name: str) -> None:
    run = project.planned()["rows"][0]["run_id"]
    path = {"plan.json": project.results, "result.json": project.results / "runs" / run}[name] / name
    write_json(path, {"status": "complete", "scale": "quick"})
    with pytest.raises(GanpipeError, match=rf"{name}: (reason|experiments): missing"):
        experiment_status(project.results, None)
