"""Ctrl-C, with stand-ins for Slurm's commands: tasks that wait for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.executor.commands import Commands
from tests.executor.workflows import Workflow, wait_until

WAITS = """
rule job:
    output:
        "made/{i}",
    shell:
        "touch {output}"
"""


@pytest.fixture
def workflow(tmp_path: Path, commands: Commands) -> Workflow:
    commands.say("srun")
    commands.say("scontrol")
    commands.say("scancel")
    commands.say("sbatch", "Submitted batch job 7")
    commands.say("sacct", "7|PENDING|0:0|None assigned")
    return Workflow(tmp_path / "w", WAITS, cluster="slurm", PATH=os.environ["PATH"])


def press_ctrl_c(workflow: Workflow) -> tuple[str, Path]:
    """What was said after Ctrl-C while one task waits and another is being submitted; the folder of the session."""
    main = workflow.start()
    journals = ".snakemake/submitit/*/journal.jsonl"
    wait_until(lambda: any(path.stat().st_size for path in workflow.folder.glob(journals)), "the task is submitted")
    (session,) = workflow.folder.glob(".snakemake/submitit/*")
    # What is there between sbatch's answer and the note of it.
    (session / "tasks" / "9_submission.sh").touch()
    return workflow.interrupt(main), session


def test_what_waits_is_cancelled_and_what_was_just_being_submitted(workflow: Workflow, commands: Commands) -> None:
    _, session = press_ctrl_c(workflow)
    assert commands.calls("scancel") == ["--quiet 7 9"]
    assert not session.exists()


def test_what_could_not_be_cancelled_is_not_forgotten(workflow: Workflow, commands: Commands) -> None:
    commands.say("scancel", status=1)
    said, session = press_ctrl_c(workflow)
    assert "scancel fails" in said
    # The next process finds it in the journal and takes it over.
    assert '"task": "7"' in (session / "journal.jsonl").read_text()
    # What runs on after all waits for this folder before it does anything.
    (folder,) = workflow.folder.glob(".snakemake/tmp.*")
    assert not list(folder.iterdir())
