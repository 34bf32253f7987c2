from __future__ import annotations

import errno
import hashlib
import io
import logging
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ganpipe.layout import CHECKPOINT, PREVIOUS_CHECKPOINT
from ganpipe.training import checkpoint as module
from ganpipe.training.checkpoint import drop_checkpoints, load_checkpoint, save_checkpoint


def state(number: int) -> dict[str, Any]:
    return {"step": number, "weights": torch.full((100,), float(number)), "nested": {"a": [1.5, None]}}


def step_of(folder: Path) -> int | None:
    loaded = load_checkpoint(folder)
    return None if loaded is None else loaded["step"]


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    save_checkpoint(tmp_path, state(1))
    loaded = load_checkpoint(tmp_path)
    assert loaded is not None
    assert torch.equal(loaded.pop("weights"), torch.ones(100))
    assert loaded == {"step": 1, "nested": {"a": [1.5, None]}}


def test_the_one_before_is_kept_and_nothing_else(tmp_path: Path) -> None:
    for number in range(4):
        save_checkpoint(tmp_path, state(number))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CHECKPOINT, PREVIOUS_CHECKPOINT])
    assert step_of(tmp_path) == 3
    (tmp_path / CHECKPOINT).unlink()
    assert step_of(tmp_path) == 2
    drop_checkpoints(tmp_path)
    assert list(tmp_path.iterdir()) == []
    drop_checkpoints(tmp_path)


def damaged(whole: bytes) -> dict[str, bytes]:
    middle = len(whole) // 2
    return {
        "empty": b"",
        "header": whole[:40],
        "truncated": whole[:middle],
        "one byte short": whole[:-1],
        "one byte longer": whole + b"\0",
        "one bit flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "zeros": bytes(len(whole)),
        "no header": whole.partition(b"\n")[2],
        "not text": b"\xff\xfe" + whole,
    }


@pytest.mark.parametrize("damage", list(damaged(b"0123456789\n")))
def test_a_damaged_checkpoint_is_passed_over_with_a_warning(
    damage: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    save_checkpoint(tmp_path, state(1))
    save_checkpoint(tmp_path, state(2))
    current, previous = tmp_path / CHECKPOINT, tmp_path / PREVIOUS_CHECKPOINT
    current.write_bytes(damaged(current.read_bytes())[damage])
    with caplog.at_level(logging.WARNING):
        assert step_of(tmp_path) == 1
    assert [record.getMessage() for record in caplog.records] == [
        f"{current} is damaged (its checksum does not match) and is passed over"
    ]
    previous.write_bytes(damaged(previous.read_bytes())[damage])
    assert step_of(tmp_path) is None


def full_disk(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def at_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullFile(io.BytesIO):
        def write(self, *_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda *_, **__: FullFile())


def at_flushing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.os, "fsync", full_disk)


def at_renaming(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Path.replace

    def refuse_the_new_one(self: Path, target: Path) -> Path:
        return full_disk() if target.name == CHECKPOINT else original(self, target)  # type: ignore[return-value]

    monkeypatch.setattr(Path, "replace", refuse_the_new_one)


@pytest.mark.parametrize("fail", [at_writing, at_flushing, at_renaming])
def test_a_disk_that_is_full_costs_no_checkpoint(
    fail: Callable[[pytest.MonkeyPatch], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_checkpoint(tmp_path, state(1))
    save_checkpoint(tmp_path, state(2))
    with monkeypatch.context() as context:
        fail(context)
        with pytest.raises(OSError, match="No space left"):
            save_checkpoint(tmp_path, state(3))
    assert step_of(tmp_path) == 2
    assert {path.name for path in tmp_path.iterdir()} <= {CHECKPOINT, PREVIOUS_CHECKPOINT}
    save_checkpoint(tmp_path, state(4))
    assert step_of(tmp_path) == 4


def test_bytes_are_on_the_disk_before_any_name_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []
    fsync, replace = os.fsync, Path.replace
    monkeypatch.setattr(module.os, "fsync", lambda handle: (events.append("flush"), fsync(handle))[1])
    monkeypatch.setattr(Path, "replace", lambda self, to: (events.append(to.name), replace(self, to))[1])
    save_checkpoint(tmp_path, state(1))
    save_checkpoint(tmp_path, state(2))
    assert events == ["flush", CHECKPOINT, "flush", PREVIOUS_CHECKPOINT, CHECKPOINT]


def test_a_foreign_pickle_is_not_run_even_under_a_right_checksum(tmp_path: Path) -> None:
    class Malicious:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "was_here",))

    buffer = io.BytesIO()
    torch.save({"trainer": Malicious()}, buffer)
    header = f"ganpipe checkpoint sha256 {hashlib.sha256(buffer.getvalue()).hexdigest()}\n"
    (tmp_path / CHECKPOINT).write_bytes(header.encode() + buffer.getvalue())
    with pytest.raises(pickle.UnpicklingError):
        load_checkpoint(tmp_path)
    assert not (tmp_path / "was_here").exists()
