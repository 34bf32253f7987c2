from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ganpipe.files import read_json
from ganpipe.spec.run import RunSpec
from ganpipe.training import lease
from ganpipe.training import train as module
from ganpipe.training.interrupt import EXIT_STATUS, SIGNALS, Interrupted, stop_requests
from tests.training.conftest import Make, Train, outcome


@pytest.mark.parametrize("number", SIGNALS)
def test_a_deferred_signal_is_remembered_and_nothing_dies(number: signal.Signals) -> None:
    with stop_requests() as stop:
        stop.deferred = True
        assert stop.received is None
        os.kill(os.getpid(), number)
        assert stop.received is number


@pytest.mark.parametrize("number", SIGNALS)
def test_any_other_raises_once_so_that_cleaning_up_is_not_disturbed(number: signal.Signals) -> None:
    with stop_requests() as stop:
        with pytest.raises(Interrupted, match=f"stopped by {number.name} before training began"):
            os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.received is signal.SIGTERM


def test_the_handlers_before_are_put_back_also_after_an_error() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with suppress(KeyError), stop_requests():
        assert [signal.getsignal(number) for number in SIGNALS] != before
        raise KeyError
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_the_command_leaves_with_the_status_that_means_try_again() -> None:
    assert EXIT_STATUS == os.EX_TEMPFAIL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR2])
def test_a_signal_saves_and_stops_and_the_run_goes_on_from_there(
    number: signal.Signals,
    undisturbed: tuple[RunSpec, dict[str, bytes]],
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    spec, expected = undisturbed
    after(5, lambda: os.kill(os.getpid(), number))
    with pytest.raises(Interrupted, match=f"run {spec.run_id}: stopped by {number.name} at step 5, saved"):
        train(spec, tmp_path / "run", 60.0)
    monkeypatch.undo()
    assert lease.read_lease(tmp_path / "run" / lease.LEASE) is None
    with caplog.at_level(logging.INFO):
        train(spec, tmp_path / "run", 60.0)
    assert "goes on from step 5 of 12" in caplog.text
    assert outcome(tmp_path / "run") == expected


def test_a_signal_at_the_last_step_lets_the_run_end(
    make: Make, train: Train, after: Callable[..., None], tmp_path: Path
) -> None:
    after(12, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert train(make(), tmp_path)["status"] == "complete"


@pytest.mark.parametrize("where", ["open_prepared", "Trainer", "load_checkpoint"])
def test_a_signal_before_the_first_step_leaves_no_lease_to_wait_for(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    usual = getattr(module, where)

    def told(*arguments: Any) -> Any:
        os.kill(os.getpid(), signal.SIGUSR2)
        return usual(*arguments)

    monkeypatch.setattr(module, where, told)
    with pytest.raises(Interrupted, match="before training began"):
        train(make(), tmp_path)
    assert lease.read_lease(tmp_path / lease.LEASE) is None
    monkeypatch.undo()
    assert train(make(), tmp_path)["sessions"] == 1


def test_who_waits_for_a_run_can_be_told_to_stop(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "POLL_EVERY", 0.01)
    with lease.holding(tmp_path) as held:
        telling = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM))
        telling.start()
        with pytest.raises(Interrupted, match="stopped by SIGTERM"):
            train(make(), tmp_path)
        telling.join()
        assert (lease.read_lease(tmp_path / lease.LEASE) or {})["token"] == held.owner["token"]


def test_a_signal_after_the_last_step_lets_the_run_end(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "write_picture", lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    assert train(make(), tmp_path)["status"] == "complete"
    assert read_json(tmp_path / "result.json")["status"] == "complete"
