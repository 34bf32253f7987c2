from __future__ import annotations

import os
import pickle
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from snakemake_executor_plugin_submitit.pack import Pack
from snakemake_executor_plugin_submitit.process import Member, Running
from snakemake_executor_plugin_submitit.result import Result, tokens

from tests.executor.workflows import wait_until


def pack(folder: Path, *checkpoints: Path | None, max_timeouts: int = 1) -> Pack:
    members = tuple(
        Member(f"job{number}", f"job {number}", "true", folder / f"{number}.log", checkpoint)
        for number, checkpoint in enumerate(checkpoints)
    )
    made = Pack(folder, "task", members, beside=1, minutes=10, grace=60, max_timeouts=max_timeouts)
    made._progress_before = made._progress()
    return made


def start_again(task: Pack) -> Pack:
    """What the next start of a task begins with."""
    again: Pack = pickle.loads(pickle.dumps(task))
    again._progress_before = again._progress()
    return again


def test_time_outs_in_a_row_without_a_new_checkpoint_end_a_task(tmp_path: Path) -> None:
    task = pack(tmp_path, tmp_path / "checkpoint")
    assert task._may_go_on()
    assert not start_again(task)._may_go_on()


def test_a_new_checkpoint_forgives_time_outs(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint"
    task = pack(tmp_path, checkpoint)
    for number in range(5):
        checkpoint.write_text("state")
        os.utime(checkpoint, ns=(0, number + 1))
        assert task._may_go_on()
        task = start_again(task)
    assert task._may_go_on()
    assert not start_again(task)._may_go_on()


def test_the_end_of_a_packed_job_is_progress(tmp_path: Path) -> None:
    task = pack(tmp_path, tmp_path / "checkpoint", tmp_path / "other")
    assert task._may_go_on()
    task = start_again(task)
    Result("done", 0, "node", 1.0).write(tmp_path, "job0")
    assert task._may_go_on()


def test_without_checkpoints_the_first_time_out_is_the_last(tmp_path: Path) -> None:
    assert not pack(tmp_path, None, max_timeouts=5)._may_go_on()


def test_a_process_leaves_nothing_behind_and_tells_its_status(tmp_path: Path) -> None:
    job = Running(Member("job", "job", "sleep 100 & exit 7", tmp_path / "log"))
    wait_until(lambda: job.status() is not None, "the job has ended", 10)
    job.reap()
    assert job.status() == 7
    assert job.process.returncode == 7
    wait_until(lambda: not members_of(job.process.pid), "its group is empty", 10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to anyone but init")
def test_who_loses_their_parent_stays_below_the_keeper(tmp_path: Path) -> None:
    # Slurm's proctrack/linuxproc finds a job's processes by parentage.
    orphan = tmp_path / "orphan"
    job = Running(Member("job", "job", f"(sleep 100 & echo $! > {orphan}); exec sleep 100", tmp_path / "log"))
    wait_until(lambda: orphan.exists() and orphan.read_text().endswith("\n"), "it has been started", 10)
    process = psutil.Process(int(orphan.read_text()))
    wait_until(lambda: process.ppid() == job.process.pid, "the keeper has adopted it", 10)
    job.reap()
    wait_until(lambda: not members_of(job.process.pid), "its group is empty", 10)


def members_of(group: int) -> list[psutil.Process]:
    """Living processes of a process group."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, ProcessLookupError):
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def test_only_whole_results_count(tmp_path: Path) -> None:
    (tmp_path / "half.aside").write_text('{"outcome": "do')
    (tmp_path / "task.claim").touch()
    Result("done", 0, "node", 1.0).write(tmp_path, "whole")
    assert tokens(tmp_path) == {"whole"}
    assert Result.read(tmp_path, "whole") == Result("done", 0, "node", 1.0)
    assert Result.read(tmp_path, "half") is None


def test_a_file_system_that_does_not_answer_has_no_results(tmp_path: Path) -> None:
    assert tokens(tmp_path / "away") == set()


DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("there", flush=True)
while True:
    signal.pause()
"""


@pytest.mark.parametrize("beside", ["", f"{sys.executable} saves.py &"])
def test_a_snakemake_that_waits_for_nothing_is_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beside: str
) -> None:
    monkeypatch.setattr("snakemake_executor_plugin_submitit.process.STUCK_AFTER", 1.0)
    monkeypatch.setattr("snakemake_executor_plugin_submitit.process.LOOK_EVERY", 0.0)
    (tmp_path / "saves.py").write_text(DEAF)
    (tmp_path / "snakemake").mkdir()
    (tmp_path / "snakemake" / "__init__.py").touch()
    (tmp_path / "snakemake" / "__main__.py").write_text(DEAF)
    log = tmp_path / "log"
    job = Running(Member("job", "job", f"cd {tmp_path}; {beside} {sys.executable} -m snakemake; true", log))
    try:
        wait_until(lambda: log.exists() and log.read_text().count("there") == (2 if beside else 1), "it runs")
        job.signal(signal.SIGTERM)
        assert not job.is_stuck()
        if beside:
            until = time.monotonic() + 2.5
            while time.monotonic() < until:
                assert not job.is_stuck()
                time.sleep(0.05)
        else:
            wait_until(job.is_stuck, "it is found stuck")
        assert job.status() is None
    finally:
        job.reap()
