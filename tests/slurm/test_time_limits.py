"""Time limits that Slurm enforces: who saves goes on, who cannot is told."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.executor.workflows import Workflow

pytestmark = pytest.mark.slurm

RESUMABLE = Path(__file__).parents[1] / "executor" / "resumable.py"


def test_a_job_that_saves_outlives_its_time_limit_and_one_that_does_not_is_told(workflow: Workflow) -> None:
    # 50 seconds of work. Slurm gives notice 20 to 50 seconds before the minute is over.
    workflow.write(f"""
    rule saves:
        output:
            "made/0",
        resources:
            runtime=1,
            mem_mb=400,
            checkpoint="../state-0",
        shell:
            "{sys.executable} {RESUMABLE} 0 {{output}} 0.5"


    rule does_not_save:
        output:
            "made/1",
        resources:
            runtime=1,
            mem_mb=400,
        shell:
            "echo x >> started; sleep 100; touch {{output}}"
    """)
    (workflow.folder / "long").write_text("0")
    said = workflow.run("--keep-going", "--submitit-grace", "20", wanted=2, succeeds=False)
    assert workflow.made() == {"0"}
    diary = workflow.lines("diary")
    saved = [line.replace("saves", "starts") for line in diary if "saves" in line]
    assert saved
    assert [line for line in diary if "starts" in line] == ["0 starts at 0", *saved]
    assert workflow.lines("started") == ["x"]
    assert re.search(r"rule does_not_save", said)
    assert re.search(r"reached its time limit on \w+", said)
    assert "Error in rule saves" not in said
