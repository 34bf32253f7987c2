"""What a new Snakemake process does about what a killed one has left, with stand-ins for Slurm's commands."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from snakemake_executor_plugin_submitit.cluster import connect
from snakemake_executor_plugin_submitit.result import Result
from snakemake_executor_plugin_submitit.session import Entry, Session, key_of
from snakemake_executor_plugin_submitit.settings import ExecutorSettings
from snakemake_executor_plugin_submitit.slurm import Slurm
from snakemake_executor_plugin_submitit.takeover import Takeover
from snakemake_interface_common.exceptions import WorkflowError

from tests.executor.commands import Commands

QUEUE = ("7_0|RUNNING|None|node1", "7_1|COMPLETED|None|node1")


@pytest.fixture
def killed(tmp_path: Path) -> Session:
    """The session of a process that was killed when it had submitted 7 and was submitting 8."""
    session = Session(tmp_path / "sessions")
    session.prepare()
    session.record(
        Entry(key_of([name]), f"{name}.1", f"7_{index}", name, f"{name}.log", str(session.folder))
        for index, name in enumerate("abc")
    )
    for array in (7, 8):
        (session.tasks / f"{array}_submission.sh").touch()
    return session


def takeover(killed: Session) -> Takeover:
    session = Session(killed.root)
    return Takeover(session, Slurm(0, session.tasks), logging.getLogger(__name__))


def test_what_runs_or_has_just_ended_well_is_taken_over_once(commands: Commands, killed: Session) -> None:
    commands.say("scancel")
    commands.say("squeue", *QUEUE)
    now = takeover(killed)
    Result("done", 0, "node1", 1.0).write(killed.folder, "c.1")
    found = {name: now.entry(key_of([name])) for name in "abcd"}
    assert {name: entry.task for name, entry in found.items() if entry} == {"a": "7_0", "c": "7_2"}
    assert now.entry(key_of(["a"])) is None


def test_what_a_process_left_goes_when_its_jobs_have_ended_but_for_what_they_printed(
    commands: Commands, killed: Session
) -> None:
    commands.say("scancel")
    commands.say("squeue", *QUEUE)
    (killed.tasks / "7_0_submitted.pkl").touch()
    (killed.tasks / "7_0_log.err").touch()
    takeover(killed).entry(key_of(["a"]))
    assert (killed.tasks / "7_0_submitted.pkl").exists()
    commands.say("squeue", "7_0|COMPLETED|None|node1")
    takeover(killed).entry(key_of(["a"]))
    assert [path.name for path in killed.folder.rglob("*") if path.is_file()] == ["7_0_log.err"]


def test_an_array_that_nobody_has_noted_is_cancelled_once(commands: Commands, killed: Session) -> None:
    commands.say("scancel")
    commands.say("squeue", *QUEUE)
    for _ in range(2):
        takeover(killed).entry(key_of(["a"]))
    assert commands.calls("scancel") == ["--quiet 8"]


def test_while_slurm_does_not_answer_nothing_is_submitted_again(commands: Commands, killed: Session) -> None:
    commands.say("scancel", status=1)
    commands.say("squeue", status=1)
    with pytest.raises(WorkflowError, match="squeue does not answer"):
        takeover(killed).entry(key_of(["a"]))
    # Nothing is forgotten.
    commands.say("scancel")
    commands.say("squeue", *QUEUE)
    assert takeover(killed).entry(key_of(["a"])) is not None
    assert commands.calls("scancel") == ["--quiet 8", "--quiet 8"]


def test_without_slurm_there_is_one_clear_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkflowError, match="sbatch and srun not found"):
        connect(ExecutorSettings(cluster="slurm"), Session(tmp_path))
