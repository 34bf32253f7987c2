"""Every named method on every kind of data, trained from the Snakefile; a new method is trained here without a line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ganpipe.data.stand_ins import standing_in
from ganpipe.files import read_json
from ganpipe.layout import LEASE
from ganpipe.plan.stand_ins import read_stand_ins
from ganpipe.presets import METHODS
from ganpipe.training.lease import read_lease
from tests.stand_ins import write_stand_ins
from tests.training.test_every_method import KINDS, run
from tests.workflow.conftest import Project, environment

pytestmark = pytest.mark.soak
READ = ("mnist", "celeba", "cifar10", "cifar100")
"""The files that the kinds of data are made from."""
PREEMPTED = ("presgan", "digits")
STEPS = 400


def settings_of(method: str, dataset: str, **training: Any) -> dict[str, Any]:
    """The settings of a run, as a row of an experiment."""
    spec = run(method, dataset).model_dump(mode="json")
    return {"networks": spec["networks"], "method": method, "training": spec["training"] | training}


def experiment_of(dataset: str, rows: dict[str, dict[str, Any]]) -> dict[str, Any]:
    protocol = "mixture-500" if dataset.startswith("ring") else "fid-10k-inception"
    runs = {"dataset": dataset}
    return {"title": f"Methods on {dataset}", "runs": runs, "methods": rows, "seeds": [0], "protocols": [protocol]}


def test_every_method_trains_on_every_kind_of_data(tmp_path: Path) -> None:
    folders = write_stand_ins(tmp_path / "stand_ins", *READ)
    stand_ins, _ = read_stand_ins(folders)
    wanted = {(method, data): standing_in(run(method, data), stand_ins).run_id for method in METHODS for data in KINDS}
    experiments = {}
    for data in KINDS:
        # Two names may stand for one method.
        first = {wanted[method, data]: method for method in reversed(METHODS)}
        rows = {method: settings_of(method, data) for method in METHODS if method in first.values()}
        experiments[f"on_{data}"] = experiment_of(data, rows)
    project = Project.make(tmp_path / "project", experiments, list(experiments))
    project.set(stand_ins=folders)
    project.make_targets("--until", "train")
    for pair, run_id in wanted.items():
        result = read_json(project.results / "runs" / run_id / "result.json")
        assert (result["status"], result["steps"]) == ("complete", 4), pair


def test_a_preempted_run_goes_on_and_ends_as_one_that_was_not(tmp_path: Path) -> None:
    method, data = PREEMPTED
    rows = {method: settings_of(method, data, steps=STEPS, snapshots=2)}
    whole, preempted = (
        Project.make(tmp_path / name, {"one": experiment_of(data, rows)}, ["one"]) for name in ("whole", "preempted")
    )
    preempted.set(checkpoint_every=0.3)
    whole.make_targets("--until", "train")

    (run_id,) = read_json(whole.results / "plan.json")["runs"]
    folder = preempted.results / "runs" / run_id
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--until", "train"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=preempted.folder, env=environment(), **quiet) as main:
        os.kill(training_process(folder), signal.SIGTERM)
        assert main.wait() != 0
    assert (folder / "checkpoint.pt").exists()
    assert not (folder / "result.json").exists()
    preempted.make_targets("--until", "train")

    first, second = (read_json(project.results / "runs" / run_id / "result.json") for project in (whole, preempted))
    assert (first["sessions"], second["sessions"]) == (1, 2)
    assert second["snapshots"] == first["snapshots"]
    assert len(first["snapshots"]) == 2


def training_process(folder: Path) -> int:
    """The process that trains a run, once it has saved for the first time."""
    for _ in range(2400):
        lease = read_lease(folder / LEASE)
        if lease is not None and (folder / "checkpoint.pt").exists():
            return int(lease["pid"])
        time.sleep(0.05)
    pytest.fail("no training within two minutes")
