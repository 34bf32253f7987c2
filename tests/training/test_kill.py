"""Real processes, really killed: whatever happens, a run ends with the bytes of one that was left in peace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from ganpipe.files import read_json, write_json
from ganpipe.layout import CHECKPOINT, LEASE
from ganpipe.spec.run import RunSpec
from ganpipe.training.lease import read_lease
from ganpipe.training.train import train

Make = Callable[..., RunSpec]
KILLS = 26
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture
def results(tmp_path: Path, datasets: Callable[[RunSpec], Path]) -> Callable[[RunSpec], Path]:
    """A folder of results in which the run's dataset is prepared, and its specification beside it."""

    def folder(spec: RunSpec) -> Path:
        shutil.copytree(datasets(spec), tmp_path / "results" / "datasets" / spec.dataset_id)
        write_json(tmp_path / "spec.json", spec.model_dump(mode="json"))
        return tmp_path / "results"

    return folder


def command(results: Path, checkpoint_every: float) -> list[str]:
    """What a person types to train the run by hand."""
    arguments = ["train", str(results.parent / "spec.json"), "--results", str(results), "--device", "cpu"]
    return [sys.executable, "-m", "ganpipe", *arguments, "--checkpoint-every", str(checkpoint_every)]


def outcome(folder: Path) -> dict[str, bytes]:
    paths = [*folder.glob("snapshot-*"), folder / "history.parquet", folder / "samples.png"]
    return {path.name: path.read_bytes() for path in paths}


def test_a_run_that_is_killed_again_and_again_ends_as_one_that_is_not(
    make: Make, results: Callable[[RunSpec], Path], datasets: Callable[[RunSpec], Path], tmp_path: Path
) -> None:
    spec = make(steps=800, batch_size=4, snapshots=50, ema_decay=0.9)
    root = results(spec)
    folder, dataset = root / "runs" / spec.run_id, root / "datasets" / spec.dataset_id
    train(spec, tmp_path / "undisturbed", dataset, torch.device("cpu"))

    killer = [sys.executable, Path(__file__).with_name("killer.py"), tmp_path / "spec.json", folder, dataset, KILLS]
    done = subprocess.run([str(word) for word in killer], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ends = json.loads(done.stdout)
    assert sum(ends.values()) == KILLS
    assert {"file half written", "checkpoint not renamed", "snapshot not renamed"} <= set(ends), ends
    assert done.stderr.count("taken over from process") >= 20
    assert outcome(folder) == outcome(tmp_path / "undisturbed")
    # Not every life is long enough to save something.
    assert 10 <= read_json(folder / "result.json")["sessions"] <= KILLS + 1
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == [f".{LEASE}.lock"]
    assert not list(folder.glob("checkpoint*"))


def test_the_command_saves_on_sigterm_says_try_again_and_goes_on(
    make: Make, results: Callable[[RunSpec], Path], tmp_path: Path
) -> None:
    spec = make(steps=100_000, batch_size=4)
    root = results(spec)
    folder = root / "runs" / spec.run_id
    process = subprocess.Popen(
        command(root, 60.0), env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while "step" not in (read_lease(folder / LEASE) or {}):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 75, errors
    assert "stopped by SIGTERM at step" in output + errors
    assert "Traceback" not in errors
    assert (folder / CHECKPOINT).is_file()
    assert not (folder / LEASE).exists()
    assert not (folder / "result.json").exists()
