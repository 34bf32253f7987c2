from __future__ import annotations

import json
import logging
import os
import shutil
import threading
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch
from PIL import Image

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json
from ganpipe.layout import CHECKPOINT, PREVIOUS_CHECKPOINT
from ganpipe.provenance import hardware_text
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining
from ganpipe.training import lease
from ganpipe.training import train as module
from ganpipe.training.run import FinishedRun
from ganpipe.training.snapshot import snapshot_path
from ganpipe.training.train import train as train_run
from tests.training.conftest import CPU, Crash, Make, Train, crash, must_not_train, outcome


def test_a_run_leaves_what_its_folder_promises(make: Make, train: Train, tmp_path: Path) -> None:
    spec = make("stacked_digits", "pacgan2", snapshots=3)
    result = train(spec, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".")) == [
        *("complete.json", "history.parquet", "result.json", "samples.png"),
        *(f"snapshot-{step:08d}.safetensors" for step in (4, 8, 12)),
        "spec.json",
    ]
    assert read_json(tmp_path / "result.json") == read_json(tmp_path / "complete.json") == result
    assert (result["run_id"], result["status"], result["reason"], result["steps"]) == (
        spec.run_id,
        "complete",
        None,
        12,
    )
    assert result["sessions"] == 1
    assert result["train_seconds"] > 0
    assert result["provenance"]["torch"] == torch.__version__
    run = FinishedRun.open(tmp_path)
    assert run.steps == [4, 8, 12]
    assert run.spec == spec
    rows = pq.read_table(tmp_path / "history.parquet").to_pylist()
    assert [row["step"] for row in rows] == list(range(1, 13))
    assert all(0 < row["loss_discriminator"] < 10 for row in rows)
    with Image.open(tmp_path / "samples.png") as picture:
        assert picture.size[0] >= 400


def test_the_same_run_twice_gives_the_same_bytes_and_another_seed_others(
    make: Make, train: Train, tmp_path: Path
) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        train(make(seed=seed), tmp_path / name)
    assert outcome(tmp_path / "a") == outcome(tmp_path / "b")
    assert outcome(tmp_path / "a") != outcome(tmp_path / "c")


@pytest.mark.parametrize("step", range(1, 13))
def test_a_crash_after_any_step_changes_nothing(
    step: int,
    undisturbed: tuple[RunSpec, dict[str, bytes]],
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec, expected = undisturbed
    after(step, crash)
    with pytest.raises(Crash):
        train(spec, tmp_path / "run")
    monkeypatch.undo()
    assert (tmp_path / "run" / CHECKPOINT).exists() == (step > 1)
    assert not (tmp_path / "run" / "result.json").exists()
    result = train(spec, tmp_path / "run")
    assert outcome(tmp_path / "run") == expected
    assert result["sessions"] == (2 if step > 1 else 1)
    assert not (tmp_path / "run" / CHECKPOINT).exists()
    assert not (tmp_path / "run" / PREVIOUS_CHECKPOINT).exists()


@pytest.mark.parametrize(("method", "dataset"), list(product(("pacgan2", "md", "setgan5"), ("ring", "stacked_digits"))))
def test_many_crashes_change_nothing_for_any_method(
    method: str,
    dataset: str,
    make: Make,
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    players = {"generator": PlayerTraining(updates=2), "discriminator": PlayerTraining(learning_rate=2e-3)}
    spec = make(dataset, method, snapshots=2, ema_decay=0.5, players=players, shared_latents=True)
    train(spec, tmp_path / "undisturbed", 60.0)
    for _ in range(3):
        after(4, crash)
        with pytest.raises(Crash):
            train(spec, tmp_path / "run")
        monkeypatch.undo()
    result = train(spec, tmp_path / "run")
    assert outcome(tmp_path / "run") == outcome(tmp_path / "undisturbed")
    assert result["sessions"] == 4


@pytest.mark.parametrize("damage", ["truncated", "garbled"])
@pytest.mark.parametrize("which", ["current", "both"])
def test_a_damaged_checkpoint_costs_time_and_nothing_else(
    damage: str,
    which: str,
    undisturbed: tuple[RunSpec, dict[str, bytes]],
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spec, expected = undisturbed
    after(9, crash)
    with pytest.raises(Crash):
        train(spec, tmp_path / "run")
    monkeypatch.undo()
    for name in [CHECKPOINT] if which == "current" else [CHECKPOINT, PREVIOUS_CHECKPOINT]:
        path = tmp_path / "run" / name
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if damage == "truncated" else whole[:-100] + bytes(100))
    with caplog.at_level(logging.INFO):
        train(spec, tmp_path / "run")
    assert outcome(tmp_path / "run") == expected
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == (1 if which == "current" else 2)
    assert all("is damaged" in warning for warning in warnings)
    # The checkpoint after step 8 is the current one, that after step 7 the previous one.
    assert (f"run {spec.run_id}: goes on from step 7 of 12" in caplog.text) == (which == "current")
    assert ("goes on from" in caplog.text) == (which == "current")


def test_a_complete_run_is_not_trained_twice_and_its_result_comes_back(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make()
    result = train(spec, tmp_path)
    before = outcome(tmp_path)
    monkeypatch.setattr(module, "Trainer", must_not_train)
    assert train(spec, tmp_path) == result
    # Snakemake deletes what a rule declares before it runs the rule again.
    (tmp_path / "result.json").unlink()
    assert train(spec, tmp_path) == result
    assert read_json(tmp_path / "result.json") == result
    assert outcome(tmp_path) == before


def test_a_complete_run_needs_no_dataset(make: Make, train: Train, tmp_path: Path) -> None:
    spec = make()
    result = train(spec, tmp_path)
    assert train_run(spec, tmp_path, tmp_path / "nowhere", CPU) == result


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: snapshot_path(folder, 4).unlink(),
        lambda folder: snapshot_path(folder, 4).write_bytes(b"short"),
        lambda folder: (folder / "complete.json").write_text("{"),
        lambda folder: (folder / "complete.json").write_text('{"run_id": 1}'),
        lambda folder: (folder / "complete.json").unlink(),
    ],
)
def test_a_run_whose_files_are_damaged_is_trained_again(
    damage: Callable[[Path], Any],
    undisturbed: tuple[RunSpec, dict[str, bytes]],
    train: Train,
    tmp_path: Path,
) -> None:
    spec, expected = undisturbed
    folder = tmp_path / "undisturbed"
    damage(folder)
    train(spec, folder)
    assert outcome(folder) == expected


def test_what_is_left_of_a_run_whose_files_are_damaged_is_not_gone_on_from(
    undisturbed: tuple[RunSpec, dict[str, bytes]],
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As a kill leaves it that comes when a run is complete and before its checkpoints are dropped."""
    spec, expected = undisturbed
    folder = tmp_path / "undisturbed"
    after(9, crash)
    with pytest.raises(Crash):
        train(spec, tmp_path / "stopped")
    monkeypatch.undo()
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        shutil.copyfile(tmp_path / "stopped" / name, folder / name)
    train(spec, folder)
    assert not (folder / CHECKPOINT).exists()
    # Behind the snapshot that is damaged now.
    shutil.copyfile(tmp_path / "stopped" / CHECKPOINT, folder / CHECKPOINT)
    snapshot_path(folder, 4).write_bytes(b"short")
    train(spec, folder)
    assert outcome(folder) == expected
    assert not (folder / CHECKPOINT).exists()


def test_a_result_names_the_commits_that_were_there_when_its_sessions_began(
    make: Make, train: Train, after: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sources(*names: str) -> None:
        """What is checked out, each time that somebody looks."""
        found = iter(names)
        monkeypatch.setattr(module, "commit", lambda: {"commit": next(found), "dirty": False})

    sources("a", "changed while it trained")
    assert train(make(), tmp_path / "one")["provenance"]["commit"] == "a"

    after(5, crash)
    sources("a")
    with pytest.raises(Crash):
        train(make(), tmp_path / "two")
    monkeypatch.undo()
    sources("b")
    made = train(make(), tmp_path / "two")["provenance"]
    before = {"commit": "a", "dirty": False, "device": made["device"], "cpu": made["cpu"]}
    assert (made["commit"], made["earlier_sessions"]) == ("b", [before])


def test_a_result_names_the_hardware_of_all_its_sessions(
    make: Make,
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    after(5, crash)
    monkeypatch.setattr(module, "hardware", lambda device: {"device": "NVIDIA H100", "cpu": "another"})
    with pytest.raises(Crash):
        train(make(), tmp_path)
    monkeypatch.undo()
    made = train(make(), tmp_path)["provenance"]
    assert hardware_text(made) == f"NVIDIA H100, {made['cpu']}"
    assert "began on other hardware" in caplog.text


def test_the_folder_of_another_run_is_not_touched(make: Make, train: Train, tmp_path: Path) -> None:
    train(make(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(GanpipeError, match="this folder holds another run"):
        train(make(seed=1), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_dataset_that_is_not_prepared_is_one_line(make: Make, tmp_path: Path) -> None:
    with pytest.raises(GanpipeError, match=r"nowhere/manifest\.json: no such file"):
        train_run(make(), tmp_path / "run", tmp_path / "nowhere", CPU)
    assert not (tmp_path / "run" / "result.json").exists()
    assert lease.read_lease(tmp_path / "run" / lease.LEASE) is None


def test_the_heartbeat_tells_how_far_the_run_is(
    make: Make, train: Train, after: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "BEAT_EVERY", 0.0)
    seen: list[Any] = []
    after(8, lambda: seen.append(lease.read_lease(tmp_path / lease.LEASE)))
    train(make(), tmp_path)
    assert (seen[0]["step"], seen[0]["steps"], seen[0]["pid"]) == (7, 12, os.getpid())
    assert seen[0]["steps_per_second"] > 0


def test_a_stolen_lease_stops_the_run_before_it_writes_a_result(
    make: Make, train: Train, after: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "BEAT_EVERY", 0.0)
    thief = {"token": "feedfeedfeedfeed", "pid": 1, "host": "elsewhere"}
    after(6, lambda: (tmp_path / lease.LEASE).write_text(json.dumps(thief)))  # type: ignore[arg-type, return-value]
    with pytest.raises(GanpipeError, match="another process has taken over this run"):
        train(make(), tmp_path)
    assert not (tmp_path / "result.json").exists()
    assert (lease.read_lease(tmp_path / lease.LEASE) or {})["token"] == "feedfeedfeedfeed"


def test_who_waits_for_a_run_finds_it_complete_and_trains_nothing(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "POLL_EVERY", 0.01)
    spec, folder = make(), tmp_path / "run"
    result = train(spec, tmp_path / "elsewhere")
    folder.mkdir()
    other = lease.Lease(folder / lease.LEASE)
    other.acquire()

    def finish() -> None:
        shutil.copytree(tmp_path / "elsewhere", folder, dirs_exist_ok=True)
        other.release()

    monkeypatch.setattr(module, "Trainer", must_not_train)
    timer = threading.Timer(0.2, finish)
    timer.start()
    assert train(spec, folder) == result
    timer.join()


def test_leftovers_of_a_killed_session_are_cleared(make: Make, train: Train, tmp_path: Path) -> None:
    (tmp_path / ".checkpoint.123-0123abcd.pt").write_bytes(b"half a checkpoint")
    train(make(), tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == [f".{lease.LEASE}.lock"]
