"""Tasks that would wait for ever, with stand-ins for Slurm's commands."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from snakemake_executor_plugin_submitit import waiting
from snakemake_executor_plugin_submitit.slurm import Slurm

from tests.executor.commands import Commands


@pytest.fixture
def slurm(commands: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Slurm:
    monkeypatch.setattr(waiting, "LOOK_EVERY", 0.0)
    commands.say("sacct", "7_[0-3]|PENDING|0:0|None assigned")
    return Slurm(interval=0, logs=tmp_path)


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("PartitionTimeLimit", "Lower resource runtime"),
        ("QOSMaxWallDurationPerJobLimit", "Lower resource runtime"),
        ("AssocGrpNodeLimit", "unless this task alone asks for more"),
        ("AssocGrpGRESMinutes", "budget is used up"),
        ("QOSMaxGRESPerJob", "Ask for other resources"),
        ("InvalidQOS", "Ask for another slurm_account"),
        ("ReqNodeNotAvail, UnavailableNodes:node1", "down or reserved"),
        ("JobHeldUser", "scontrol release"),
    ],
)
def test_each_reason_that_does_not_pass_is_told_once(
    commands: Commands, slurm: Slurm, caplog: pytest.LogCaptureFixture, reason: str, advice: str
) -> None:
    commands.say("squeue", f"7_0|PENDING|{reason}|", f"7_1|PENDING|{reason}|", "7_2|PENDING|Priority|")
    for _ in range(3):
        assert slurm.ended(["7_0", "7_1", "7_2"]) == {}
    (said,) = caplog.messages
    assert said.startswith(f"Task 7_0 waits ({reason.partition(',')[0]}): ")
    assert advice in said


def test_other_peoples_tasks_and_what_passes_are_not_mentioned(
    commands: Commands, slurm: Slurm, caplog: pytest.LogCaptureFixture
) -> None:
    commands.say(
        "squeue", "9|PENDING|PartitionTimeLimit|", "7_0|PENDING|Resources|", "7_1|RUNNING|None|n1", "7_2|PENDING|None|"
    )
    slurm.ended(["7_0", "7_1", "7_2"])
    assert not caplog.messages


def test_without_accounting_it_is_noticed_too(
    commands: Commands, slurm: Slurm, caplog: pytest.LogCaptureFixture
) -> None:
    commands.say("sacct", status=1)
    commands.say("squeue", "7_0|PENDING|PartitionTimeLimit|")
    slurm.ended(["7_0"])
    assert "Lower resource runtime" in caplog.messages[-1]


def test_the_queue_is_asked_only_now_and_then(
    commands: Commands, slurm: Slurm, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(waiting, "LOOK_EVERY", 300.0)
    commands.say("squeue", "7_0|PENDING|PartitionTimeLimit|")
    for _ in range(5):
        slurm.ended(["7_0"])
    assert not commands.calls("squeue")
