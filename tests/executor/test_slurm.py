"""What the executor makes of Slurm's answers, with stand-ins for Slurm's commands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from snakemake_executor_plugin_submitit.endings import Ending
from snakemake_executor_plugin_submitit.slurm import LOOKS_UNTIL_LOST, Slurm, expanded

from tests.executor.commands import Commands


@pytest.fixture
def slurm(tmp_path: Path) -> Slurm:
    return Slurm(interval=0, logs=tmp_path)


TASKS = ["7_0", "7_1", "7_2", "8"]


def test_one_call_asks_for_all_tasks_and_finds_them_alive(commands: Commands, slurm: Slurm) -> None:
    commands.say("sacct", "7_0|RUNNING|0:0|node1", "7_[1-2%5]|PENDING|0:0|None assigned", "8|REQUEUED|0:0|node2")
    assert slurm.ended(TASKS) == {}
    assert commands.calls("sacct") == ["-X -n -P -o JobID,State,ExitCode,NodeList -j 7,8"]
    assert not commands.calls("squeue")


@pytest.mark.parametrize(
    "state", ["TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY", "DEADLINE", "BOOT_FAIL", "COMPLETED"]
)
def test_a_task_is_over_when_accounting_says_so_and_the_queue_does_not_know_better(
    commands: Commands, slurm: Slurm, state: str
) -> None:
    commands.say("sacct", f"8|{state}|1:0|node2")
    commands.say("squeue", "9|RUNNING|None|node1")
    assert slurm.ended(["8"]) == {"8": Ending(state, "1:0, node2")}


@pytest.mark.parametrize("state", ["NODE_FAIL", "PREEMPTED", "CANCELLED by 0", "FAILED"])
def test_a_task_that_slurm_starts_again_is_not_over(commands: Commands, slurm: Slurm, state: str) -> None:
    commands.say("sacct", f"7_1|{state}|0:0|node1")
    commands.say("squeue", "7_1|PENDING|BeginTime|")
    assert slurm.ended(["7_1"]) == {}


def test_who_cancelled_is_kept(commands: Commands, slurm: Slurm) -> None:
    commands.say("sacct", "8|CANCELLED by 1000|0:15|node2")
    commands.say("squeue")
    assert slurm.ended(["8"]) == {"8": Ending("CANCELLED", "by 1000, 0:15, node2")}


def test_without_accounting_the_queue_is_asked(commands: Commands, slurm: Slurm) -> None:
    commands.say("sacct", status=1)
    commands.say("squeue", "7_0|RUNNING|None|node1", "7_1|FAILED|NonZeroExitCode|node1", "8|CANCELLED|None|node2")
    assert slurm.ended(["7_0", "7_1", "8"]) == {
        "7_1": Ending("FAILED", "NonZeroExitCode, node1"),
        "8": Ending("CANCELLED", "node2"),
    }


def test_a_task_is_lost_only_when_nobody_knows_it_several_times_in_a_row(commands: Commands, slurm: Slurm) -> None:
    commands.say("sacct", status=1)
    commands.say("squeue")
    for _ in range(LOOKS_UNTIL_LOST - 1):
        assert slurm.ended(["8"]) == {}
    commands.say("squeue", "8|PENDING|Priority|")
    assert slurm.ended(["8"]) == {}
    commands.say("squeue")
    for _ in range(LOOKS_UNTIL_LOST - 1):
        assert slurm.ended(["8"]) == {}
    assert slurm.ended(["8"]) == {"8": Ending("VANISHED")}


def test_no_answer_is_no_end(commands: Commands, slurm: Slurm) -> None:
    commands.say("sacct", "8|FAILED|1:0|node2")
    commands.say("squeue", status=1)
    for _ in range(2 * LOOKS_UNTIL_LOST):
        assert slurm.ended(["8"]) == {}


def test_a_task_that_a_memory_limit_killed_is_told_from_one_that_failed(commands: Commands, slurm: Slurm) -> None:
    (commands.folder / "8_0_log.err").write_text("slurmstepd: error: Exceeded job memory limit\n")
    commands.say("sacct", "7_0|FAILED|0:9|node1", "8|FAILED|9:0|node2", "9|FAILED|1:0|node2")
    commands.say("squeue")
    states = {task: ending.state for task, ending in slurm.ended(["7_0", "8", "9"]).items()}
    assert states == {"7_0": "KILLED", "8": "OUT_OF_MEMORY", "9": "FAILED"}


def test_questions_are_as_frequent_as_asked_for_whatever_the_number_of_tasks(commands: Commands, slurm: Slurm) -> None:
    slurm.interval = 3600
    commands.say("sacct", "7_[0-999]|RUNNING|0:0|node1")
    for _ in range(5):
        slurm.ended([f"7_{index}" for index in range(1000)])
    assert len(commands.calls("sacct")) == 1


def test_tasks_that_wait_or_run_are_alive(commands: Commands, slurm: Slurm) -> None:
    commands.say("squeue", "7_0|RUNNING|None|node1", "7_1|COMPLETED|None|node1", "8|PENDING|Priority|")
    assert slurm.alive({"7_0", "7_1", "8", "9"}) == {"7_0", "8"}
    commands.say("squeue", status=1)
    assert slurm.alive({"7_0"}) is None


def test_the_queue_is_asked_for_this_user_whatever_the_environment_says(
    commands: Commands, slurm: Slurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "somebody-else")
    commands.say("squeue")
    slurm.alive({"7_0"})
    (asked,) = commands.calls("squeue")
    assert f"-u {os.getuid()} " in asked


def test_slurm_is_asked_for_whole_lists_of_tasks(commands: Commands, slurm: Slurm) -> None:
    commands.script("sacct", 'test "$SLURM_BITSTR_LEN" = 0 && echo "7_[0,2]|RUNNING|0:0|node1"')
    commands.say("squeue")
    assert slurm.ended(["7_0", "7_2"]) == {}
    assert not commands.calls("squeue")


def test_the_limit_of_an_array_is_the_clusters(commands: Commands, slurm: Slurm) -> None:
    commands.say("scontrol", "MaxAbc  = 3", "MaxArraySize            = 5", "MaxJobCount = 10000")
    assert slurm.max_array_size() == 5
    commands.say("scontrol", status=1)
    assert slurm.max_array_size() == 1000


def test_one_call_cancels_hundreds(commands: Commands, slurm: Slurm) -> None:
    commands.say("scancel")
    assert slurm.cancel(f"7_{index}" for index in range(1200))
    assert len(commands.calls("scancel")) == 3
    assert sum(len(call.split()) - 1 for call in commands.calls("scancel")) == 1200
    commands.script("scancel", 'test "$2" != 7_0')
    assert not slurm.cancel(f"7_{index}" for index in range(1200))
    assert len(commands.calls("scancel")) == 6


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("8", ["8"]),
        ("7_3", ["7_3"]),
        ("7_[3-5,9%2]", ["7_3", "7_4", "7_5", "7_9"]),
        ("7_[2]", ["7_2"]),
        ("7_[0-8:4%2]", ["7_0", "7_4", "7_8"]),
        ("7_[0,2,14...%3]", ["7_0", "7_2"]),
    ],
)
def test_ranges_of_tasks_are_expanded(text: str, tasks: list[str]) -> None:
    assert expanded(text) == tasks
