"""What sbatch is handed and what is made of its refusals, with stand-ins for Slurm's commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from snakemake_executor_plugin_submitit import submission
from snakemake_executor_plugin_submitit.pack import Pack
from snakemake_executor_plugin_submitit.parameters import Request
from snakemake_executor_plugin_submitit.process import Member
from snakemake_executor_plugin_submitit.refusals import SubmissionError
from snakemake_executor_plugin_submitit.session import Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings
from snakemake_executor_plugin_submitit.submission import submit

from tests.executor.commands import Commands


@pytest.fixture
def session(tmp_path: Path, commands: Commands) -> Session:
    commands.say("srun")
    made = Session(tmp_path / "sessions")
    made.prepare()
    return made


def send(session: Session, tasks: int = 3, request: Request | None = None, comment: str = "job") -> list[str]:
    packs = [
        Pack(
            session.folder,
            str(number),
            (Member(str(number), "job", "true", session.folder / "log"),),
            beside=1,
            minutes=10,
            grace=60,
            max_timeouts=1,
        )
        for number in range(tasks)
    ]
    jobs = submit(packs, request or Request(minutes=10), ExecutorSettings(), session, "job", comment)
    return [job.job_id for job in jobs]


def options(session: Session) -> list[str]:
    """The options in the only submission file."""
    (file,) = session.tasks.glob("*_submission.sh")
    return [line.removeprefix("#SBATCH ") for line in file.read_text().splitlines() if line.startswith("#SBATCH")]


def test_tasks_leave_with_one_call_and_what_they_ask_for(commands: Commands, session: Session) -> None:
    commands.say("sbatch", "Submitted batch job 7")
    assert send(session, 3, Request(minutes=10, mem_mb=1500, gpus=1), 'it\'s "quoted"; $HOME') == ["7_0", "7_1", "7_2"]
    assert len(commands.calls("sbatch")) == 1
    found = options(session)
    assert {"--array=0-2%3", "--time=10", "--mem=1500MB", "--gpus-per-node=1", "--requeue", "--signal=USR2@90"} <= {
        *found
    }
    assert """--comment='it'"'"'s "quoted"; $HOME'""" in found
    # Sites that check these keys refuse what they do not know.
    assert not [option for option in found if "wckey" in option]


def test_a_task_of_its_own_has_no_key_either(commands: Commands, session: Session) -> None:
    commands.say("sbatch", "Submitted batch job 7")
    assert send(session, 1) == ["7"]
    assert not [option for option in options(session) if "wckey" in option]


def test_what_slurm_refuses_for_a_moment_is_tried_again_and_no_task_can_run_twice(
    commands: Commands, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "WAITS", (0,))
    # The first call times out though Slurm has taken the array, as 6: its tasks find nothing to run.
    commands.script(
        "sbatch",
        f"test $(wc -l < {commands.folder}/sbatch.calls) -gt 1 && echo Submitted batch job 7 ||"
        " { echo Socket timed out on send/recv operation >&2; exit 1; }",
    )
    assert send(session) == ["7_0", "7_1", "7_2"]
    tasks = {path.name for path in session.tasks.iterdir() if re.match(r"\d+_", path.name)}
    assert tasks == {"7_submission.sh", "7_0_submitted.pkl", "7_1_submitted.pkl", "7_2_submitted.pkl"}


def test_a_full_queue_is_told_with_what_to_do(commands: Commands, session: Session) -> None:
    commands.script("sbatch", "echo sbatch: error: QOSMaxSubmitJobPerUserLimit >&2; exit 1")
    with pytest.raises(SubmissionError, match=r"QOSMaxSubmitJobPerUserLimit .*lower jobs in the profile"):
        send(session)
    assert len(commands.calls("sbatch")) == 1


def test_tasks_inherit_nothing_of_a_job_that_snakemake_itself_runs_in(
    commands: Commands, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_MEM_PER_CPU", "SLURM_CONF", "SBATCH_ACCOUNT"):
        monkeypatch.setenv(name, "1")
    commands.script("sbatch", f"env > {commands.folder}/environment; echo Submitted batch job 7")
    send(session)
    told = re.findall(r"^((?:SLURM|SBATCH)_\w+)=", (commands.folder / "environment").read_text(), re.MULTILINE)
    assert sorted(told) == ["SBATCH_ACCOUNT", "SLURM_CONF"]
