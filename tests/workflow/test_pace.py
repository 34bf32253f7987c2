"""What Snakemake itself does while jobs run."""

from __future__ import annotations

import re
from pathlib import Path

from tests.workflow.conftest import RUNS, Project


def test_waiting_jobs_are_looked_at_when_others_end_and_not_every_second(tmp_path: Path) -> None:
    experiment = {"title": "Pace", "runs": RUNS, "seeds": 3, "protocols": ["mixture-500"]}
    project = Project.make(tmp_path / "project", {"pace": experiment}, ["pace"])
    done = project.call("--cores", "1", "--verbose", "results/quick/pace/metrics.parquet")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    jobs = len(re.findall(r"^Finished jobid", said, re.MULTILINE))
    looks = len(re.findall(r"^Ready jobs: ", said, re.MULTILINE))
    assert jobs >= 8
    assert looks <= jobs
