from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from snakemake_executor_plugin_submitit.claim import Claim


def elsewhere(path: Path) -> Claim:
    """A claim held by a process of another node."""
    claim = Claim(path)
    claim.name = "another-node 1 token"
    claim._write()
    return claim


def test_a_free_claim_is_taken_at_once_and_given_back(tmp_path: Path) -> None:
    claim = Claim(tmp_path / "claim")
    assert not claim.acquire()
    assert claim.keep()
    claim.release()
    assert not list(tmp_path.iterdir())


def test_a_second_start_waits_until_the_first_gives_up_its_claim(tmp_path: Path) -> None:
    first = elsewhere(tmp_path / "claim")
    threading.Timer(0.3, first.release).start()
    started = time.monotonic()
    assert Claim(tmp_path / "claim").acquire(stale_after=30, poll_every=0.02)
    assert time.monotonic() - started >= 0.25


def test_a_second_start_waits_as_long_as_the_first_one_beats(tmp_path: Path) -> None:
    first = elsewhere(tmp_path / "claim")

    def beat() -> None:
        for _ in range(8):
            time.sleep(0.1)
            first._beaten = float("-inf")
            assert first.keep()

    thread = threading.Thread(target=beat)
    thread.start()
    started = time.monotonic()
    assert Claim(tmp_path / "claim").acquire(stale_after=0.4, poll_every=0.02)
    assert time.monotonic() - started >= 0.8 + 0.35
    thread.join()


def test_the_first_start_learns_that_another_has_taken_over(tmp_path: Path) -> None:
    first = elsewhere(tmp_path / "claim")
    second = Claim(tmp_path / "claim")
    second.acquire(stale_after=0.1, poll_every=0.02)
    first._beaten = float("-inf")
    assert not first.keep()
    first.release()
    second._beaten = float("-inf")
    assert second.keep()


def test_a_dead_process_of_this_machine_is_not_waited_for(tmp_path: Path) -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    dead = Claim(tmp_path / "claim")
    dead.name = f"{os.uname().nodename} {child} token"
    dead._write()
    started = time.monotonic()
    assert not Claim(tmp_path / "claim").acquire()
    assert time.monotonic() - started < 0.5
