from __future__ import annotations

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.layout import LEASE
from ganpipe.training import lease as module
from ganpipe.training.lease import Lease, holding, is_dead, read_lease

GONE = 2**22 + 1
"""A number that no process can have on Linux."""
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_EVERY", 0.005)


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of this machine, alive."""
    process = subprocess.Popen(SLEEP)
    yield process
    process.kill()
    process.wait()


def held_by(pid: int, **changes: Any) -> dict[str, Any]:
    """What the lease of another process looks like."""
    return Lease(Path("unused")).owner | {
        "token": "feedfeedfeedfeed",
        "pid": pid,
        "process_started": module._process_started(pid),
        "beat": 0.0,
        **changes,
    }


def write(folder: Path, holder: dict[str, Any]) -> Path:
    path = folder / LEASE
    path.write_text(json.dumps(holder))
    return path


def taken(folder: Path, within: float) -> bool:
    """Whether the lease of ``folder`` can be had in so many seconds."""
    got: list[float] = []

    def take() -> None:
        with holding(folder):
            got.append(time.monotonic())

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    thread.join(timeout=within)
    return bool(got)


def test_a_lease_is_there_while_it_is_held_and_gone_after(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "run"
    with holding(folder) as lease:
        holder = read_lease(folder / LEASE)
        assert holder is not None
        assert holder["pid"] == os.getpid()
        assert not is_dead(holder)
        lease.beat({"step": 3, "steps": 7}, now=True)
        beaten = read_lease(folder / LEASE)
        assert beaten is not None
        assert (beaten["step"], beaten["steps"], beaten["token"]) == (3, 7, holder["token"])
    assert read_lease(folder / LEASE) is None
    assert [path.name for path in folder.iterdir()] == [f".{LEASE}.lock"]


def test_an_error_gives_the_lease_back(tmp_path: Path) -> None:
    with pytest.raises(KeyError), holding(tmp_path):
        raise KeyError
    assert read_lease(tmp_path / LEASE) is None


def test_heartbeats_are_written_every_few_seconds_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    with holding(tmp_path) as lease:
        seen = []
        for _ in range(12):
            now += 1.0
            lease.beat({"step": now})
            seen.append((read_lease(tmp_path / LEASE) or {}).get("step"))
    assert seen == [None] * 4 + [1005.0] * 5 + [1010.0] * 3


def test_a_second_process_waits_and_says_so_once(
    tmp_path: Path, other: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = write(tmp_path, held_by(other.pid))
    naps: list[float] = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            path.unlink()

    monkeypatch.setattr("ganpipe.training.lease.time.sleep", nap)
    with caplog.at_level(logging.INFO), holding(tmp_path):
        assert len(naps) == 3
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert f"process {other.pid}" in caplog.text


def test_a_dead_process_of_this_machine_is_succeeded_at_once(
    tmp_path: Path, other: subprocess.Popen[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, held_by(other.pid))
    assert not taken(tmp_path, within=0.05)
    other.kill()
    with caplog.at_level(logging.WARNING), holding(tmp_path):
        assert (read_lease(tmp_path / LEASE) or {})["pid"] == os.getpid()
    assert "taken over" in caplog.text


def test_a_zombie_is_dead(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    holder = held_by(other.pid)
    other.kill()
    deadline = time.monotonic() + 5
    while not is_dead(holder):
        assert time.monotonic() < deadline, "killed, and not yet waited for"
        time.sleep(0.005)


def test_a_process_number_that_was_used_again_is_another_process(other: subprocess.Popen[bytes]) -> None:
    assert not is_dead(held_by(other.pid))
    assert is_dead(held_by(other.pid, process_started="1"))


@pytest.mark.parametrize("space", [None, "another boot pid:[1]"])
def test_a_process_number_of_another_machine_says_nothing(space: str | None) -> None:
    assert not is_dead(held_by(GONE, process_space=space))
    assert is_dead(held_by(GONE))


def test_the_owner_on_another_machine_is_dead_when_its_heart_has_stood_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STALE_AFTER", 0.15)
    write(tmp_path, held_by(1, process_space="elsewhere", host="elsewhere"))
    started = time.monotonic()
    with holding(tmp_path):
        assert time.monotonic() - started >= 0.15


def test_as_long_as_the_heart_beats_nobody_takes_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALE_AFTER", 0.15)
    stop = threading.Event()

    def beat() -> None:
        count = 0.0
        while not stop.wait(0.03):
            count += 1.0
            module.write_json(tmp_path / LEASE, held_by(1, process_space="elsewhere", beat=count))

    write(tmp_path, held_by(1, process_space="elsewhere"))
    heart = threading.Thread(target=beat)
    heart.start()
    try:
        assert not taken(tmp_path, within=0.6)
    finally:
        stop.set()
        heart.join()


def test_clocks_of_other_machines_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALE_AFTER", 0.3)
    write(tmp_path, held_by(1, process_space="elsewhere", beat=time.time() - 1e6))
    assert not taken(tmp_path, within=0.1)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'"token"'])
def test_a_garbled_lease_is_nobodys(content: bytes, tmp_path: Path) -> None:
    (tmp_path / LEASE).write_bytes(content)
    with holding(tmp_path):
        assert (read_lease(tmp_path / LEASE) or {})["pid"] == os.getpid()


@pytest.mark.parametrize("theft", ["taken over", "gone", "garbled"])
def test_who_has_lost_the_lease_stops_and_leaves_the_new_one_alone(theft: str, tmp_path: Path) -> None:
    path = tmp_path / LEASE

    def train() -> None:
        with holding(tmp_path) as lease:
            lease.beat({}, now=True)
            if theft == "taken over":
                write(tmp_path, held_by(1))
            elif theft == "gone":
                path.unlink()
            else:
                path.write_text("{")
            lease.beat({}, now=True)

    with pytest.raises(GanpipeError, match="another process has taken over this run"):
        train()
    assert path.exists() == (theft != "gone")
    if theft == "taken over":
        assert (read_lease(path) or {})["token"] == "feedfeedfeedfeed"


def test_a_folder_that_was_deleted_ends_the_run_in_one_line(tmp_path: Path) -> None:
    folder = tmp_path / "run"

    def train() -> None:
        with holding(folder) as lease:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            lease.beat({}, now=True)

    with pytest.raises(GanpipeError, match="the folder of the run has been deleted"):
        train()


def test_where_the_file_system_has_no_locks_a_lease_still_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: Any) -> None:
        raise OSError("Function not implemented")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    write(tmp_path, held_by(GONE))
    with holding(tmp_path) as lease:
        lease.beat({}, now=True)
    assert read_lease(tmp_path / LEASE) is None


def contenders(tmp_path: Path, count: int, rounds: int) -> list[list[str]]:
    """[event, process] of every line that the processes of contenders.py wrote, in order."""
    log = tmp_path / "log"
    command = [sys.executable, Path(__file__).with_name("contenders.py"), tmp_path / "run", log, count, rounds]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [line.split() for line in log.read_text().splitlines()]


def test_of_many_processes_one_at_a_time_holds_the_lease_also_when_holders_die(tmp_path: Path) -> None:
    events = contenders(tmp_path, count=12, rounds=10)
    inside: str | None = None
    for event, process in events:
        if event == "enter":
            assert inside is None, f"{process} entered while {inside} held the lease"
            inside = process
        else:
            assert inside == process
            inside = None
    died = [process for event, process in events if event == "die"]
    assert len(died) >= 3, "the test is about deaths"
    assert len({process for _, process in events}) == 12


def test_of_two_that_find_the_same_dead_holder_the_slower_one_does_no_harm(tmp_path: Path) -> None:
    path = write(tmp_path, held_by(GONE))
    dead = read_lease(path)
    assert dead is not None
    quick, slow = Lease(path), Lease(path)
    assert quick._take_over(dead)
    assert not slow._take_over(dead)
    quick.beat({}, now=True)
    slow.release()
    quick.beat({}, now=True)
