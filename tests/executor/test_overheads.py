"""How often Slurm is asked, whatever the number of jobs; with stand-ins for its commands."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from snakemake_executor_plugin_submitit.result import Result

from tests.executor.commands import Commands
from tests.executor.workflows import Workflow, wait_until

RULE = """
rule job:
    output:
        "made/{i}",
    shell:
        "touch {output}"
"""


@pytest.mark.parametrize("jobs", [10, 150])
def test_many_jobs_cost_no_more_calls_than_few(tmp_path: Path, commands: Commands, jobs: int) -> None:
    commands.say("srun")
    commands.say("scontrol", "MaxArraySize = 1001")
    commands.say("sbatch", "Submitted batch job 7")
    commands.say("sacct", "7_[0-1000]|RUNNING|0:0|node1")
    workflow = Workflow(tmp_path / "w", RULE, cluster="slurm", PATH=os.environ["PATH"])
    main = workflow.start("--submitit-state-interval", "600", wanted=jobs)
    journals = ".snakemake/submitit/*/journal.jsonl"

    def submitted() -> list[str]:
        return [line for path in workflow.folder.glob(journals) for line in path.read_text().splitlines()]

    wait_until(lambda: len(submitted()) == jobs, "all jobs are submitted")
    wait_until(lambda: bool(commands.calls("sacct")), "states are asked for")
    # All tasks succeed, as far as anybody can see.
    (workflow.folder / "made").mkdir(exist_ok=True)
    for line in submitted():
        entry = json.loads(line)
        (workflow.folder / "made" / entry["label"].rpartition("=")[2]).touch()
        Result("done", 0, "node1", 1.0).write(Path(entry["folder"]), entry["token"])
    said = workflow.said(main, 120)
    assert main.returncode == 0, said
    calls = {name: len(commands.calls(name)) for name in ("sbatch", "scontrol", "sacct", "squeue", "scancel")}
    assert calls == {"sbatch": 1, "scontrol": 1, "sacct": 1, "squeue": 0, "scancel": 0}
