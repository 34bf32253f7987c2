"""A task that is told to stop, as Slurm starts it and with stand-ins for Slurm's commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from snakemake_executor_plugin_submitit.pack import Pack
from snakemake_executor_plugin_submitit.parameters import Request
from snakemake_executor_plugin_submitit.process import Member
from snakemake_executor_plugin_submitit.result import Result
from snakemake_executor_plugin_submitit.session import Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings
from snakemake_executor_plugin_submitit.standing import Standing, ask_slurm
from snakemake_executor_plugin_submitit.submission import submit

from tests.executor.commands import Commands
from tests.executor.workflows import wait_until

SAVES = f"{sys.executable} {Path(__file__).with_name('resumable.py')} job made"


def says(commands: Commands, *, state: str = "RUNNING", run: str = "00:01:00", preempt: str = "None") -> None:
    """What ``scontrol show job`` says; it takes every other order."""
    commands.say(
        "scontrol",
        "JobId=7 JobName=job",
        f"   JobState={state} Reason=None Dependency=(null)",
        "   Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0",
        f"   RunTime={run} TimeLimit=00:10:00 TimeMin=N/A",
        f"   PreemptEligibleTime=2026-01-01T10:00:00 PreemptTime={preempt}",
    )


@pytest.fixture
def task(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A task of ten minutes with one job that saves, and no checkpoint that the executor would know of."""
    folder = commands.folder
    monkeypatch.chdir(folder)
    (folder / "long").write_text("job")
    commands.say("srun")
    commands.say("sbatch", "Submitted batch job 7")
    session = Session(folder / "sessions")
    session.prepare()
    members = (Member("job", "job", SAVES, folder / "log"),)
    pack = Pack(folder, "task", members, beside=1, minutes=10, grace=60, max_timeouts=2)
    submit([pack], Request(minutes=10), ExecutorSettings(), session, "job", "job")
    says(commands)
    started = subprocess.Popen(
        [sys.executable, "-m", "submitit.core._submit", str(session.tasks)],
        env=os.environ | {"SUBMITIT_EXECUTOR": "slurm", "SLURM_JOB_ID": "7"},
        stderr=subprocess.DEVNULL,
        text=True,
    )
    wait_until((folder / "diary").exists, "the job has started", 30)
    yield started
    started.kill()
    started.wait()


def tell(task: subprocess.Popen[str], number: signal.Signals, folder: Path) -> Result | None:
    """Have the task stop; the job's result after its end, if there is one."""
    task.send_signal(number)
    task.wait(timeout=30)
    assert (folder / "state-job").exists()
    return Result.read(folder, "job")


def requeued(commands: Commands) -> bool:
    return "requeue 7" in commands.calls("scontrol")


@pytest.mark.parametrize("state", ["RUNNING", "SIGNALING"])
def test_a_task_that_has_to_make_room_saves_and_asks_to_be_started_again(
    task: subprocess.Popen[str], commands: Commands, state: str
) -> None:
    says(commands, state=state, preempt="2026-01-01T10:01:00")
    assert tell(task, signal.SIGTERM, commands.folder) is None
    assert requeued(commands)
    assert not list(commands.folder.glob("*.claim"))


@pytest.mark.parametrize("answers", [True, False])
def test_who_cannot_ask_for_it_stays_until_slurm_makes_an_end(
    task: subprocess.Popen[str], commands: Commands, answers: bool
) -> None:
    says(commands, preempt="2026-01-01T10:01:00")
    shown = (commands.folder / "scontrol").read_text().partition("calls\n")[2].replace("exit 0", "")
    commands.script("scontrol", f'test "$1" = show || exit 1\n{shown}' if answers else "exit 1")
    task.send_signal(signal.SIGTERM)
    wait_until((commands.folder / "state-job").exists, "the job has saved", 30)
    with pytest.raises(subprocess.TimeoutExpired):
        task.wait(timeout=2)
    assert requeued(commands) == answers


@pytest.mark.parametrize("state", ["CANCELLED", "TIMEOUT", "COMPLETING"])
def test_who_is_ended_does_not_ask_for_a_new_start(task: subprocess.Popen[str], commands: Commands, state: str) -> None:
    says(commands, state=state, preempt="2026-01-01T10:01:00")
    assert tell(task, signal.SIGTERM, commands.folder) is None
    assert not requeued(commands)


@pytest.mark.parametrize(
    ("run", "preempt", "time_out"),
    [("00:07:30", "None", False), ("00:08:10", "None", True), ("00:08:10", "2026-01-01T10:08:10", False)],
)
def test_slurm_knows_whether_the_time_is_up_however_late_the_task_began(
    task: subprocess.Popen[str], commands: Commands, run: str, preempt: str, time_out: bool
) -> None:
    says(commands, run=run, preempt=preempt)
    result = tell(task, signal.SIGUSR2, commands.folder)
    assert (None if result is None else result.outcome) == ("timeout" if time_out else None)
    assert requeued(commands) != time_out


def test_without_an_answer_the_clock_of_the_process_has_to_do(commands: Commands, tmp_path: Path) -> None:
    commands.say("scontrol", "slurm_load_jobs error: Unable to contact slurm controller", status=1)
    assert ask_slurm("7") is None
    # This process is some seconds old at least.
    pack = Pack(tmp_path, "task", (), beside=1, minutes=10, grace=60, max_timeouts=2)
    assert 0.1 < pack._by_own_clock().elapsed < 86400
    assert pack._by_own_clock().limit == 600


def test_a_limit_may_be_days_or_none(commands: Commands) -> None:
    commands.say("scontrol", "JobState=RUNNING RunTime=1-01:00:01 TimeLimit=UNLIMITED PreemptTime=None")
    assert ask_slurm("7_3") == Standing(90001.0, float("inf"))
    assert commands.calls("scontrol") == ["show job 7_3"]
