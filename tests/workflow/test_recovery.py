"""A main process that is killed, and a job that fails: what it takes to go on, and what is not done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ganpipe.files import read_json
from ganpipe.layout import LEASE
from ganpipe.training.lease import read_lease
from tests.workflow.conftest import RUNS, Project, environment, experiment

LONG = 2500
"""Steps that take several seconds, of which the kill leaves most to do."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    runs = {**RUNS, "training.snapshots": 4}
    rows = {"Short": {"training.steps": 20}, "Long": {"training.steps": LONG}}
    project = Project.make(tmp_path / "project", {"both": experiment(runs=runs, methods=rows, seeds=[0])}, ["both"])
    with (project.folder / "config" / "config.yaml").open("a") as handle:
        handle.write("checkpoint_every: 0.3\n")
    return project


def wait_for(condition: Callable[[], bool], what: str) -> None:
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail(f"{what} did not happen within a minute")


def test_a_killed_main_process_is_recovered_and_nothing_is_trained_twice(project: Project) -> None:
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--until", "train"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    main = subprocess.Popen(command, cwd=project.folder, env=environment(), start_new_session=True, **quiet)
    wait_for((project.results / "plan.json").exists, "planning")
    (short,), (long,) = (
        [project.results / "runs" / run for run in project.run_ids("both", method=row)] for row in ("Short", "Long")
    )
    wait_for(lambda: (short / "result.json").exists() and (long / "checkpoint-previous.pt").exists(), "training")
    os.killpg(main.pid, signal.SIGKILL)
    main.wait()
    weights = {path: path.stat().st_mtime_ns for path in project.results.glob("runs/*/*.safetensors")}
    assert any(path.parent == short for path in weights)
    assert not (long / "result.json").exists()
    assert project.call("--unlock").returncode == 0

    # A job that fails then leaves weights and checkpoints, and says why in one line.
    (points,) = project.results.glob("datasets/*/train_points.npy")
    points.rename(points.with_suffix(".away"))
    failed = project.call("--cores", "1", "--until", "train")
    assert failed.returncode != 0
    assert f"ganpipe: {points.relative_to(project.folder)}: cannot be read" in failed.stdout + failed.stderr
    assert "Traceback" not in failed.stdout + failed.stderr
    assert (long / "checkpoint.pt").exists()
    points.with_suffix(".away").rename(points)

    project.make_targets("--until", "train")
    assert read_json(short / "result.json")["sessions"] == 1
    finished = read_json(long / "result.json")
    assert (finished["status"], finished["steps"], finished["sessions"]) == ("complete", LONG, 2)
    assert {path: path.stat().st_mtime_ns for path in weights} == weights
    assert not list(long.glob("checkpoint*"))
    assert read_lease(long / LEASE) is None
