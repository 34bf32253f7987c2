"""The guide's example is a method that works: one new file, and one line in an experiment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from tests.workflow.conftest import REPOSITORY, environment

GUIDE = REPOSITORY / "docs" / "your_own_method.md"


def blocks(language: str) -> dict[str, str]:
    """Path -> content of the guide's files, whose first line is a comment with the path."""
    found = re.findall(rf"```{language}\n# (\S+)\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    return dict(found)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the guide's files in it, its experiment cut to seconds."""
    folder = tmp_path_factory.mktemp("guide") / "project"
    for part in ("ganpipe", "workflow", "profiles"):
        shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(REPOSITORY / "Snakefile", folder)
    ((module, code),) = blocks("python").items()
    assert not (folder / module).exists()
    (folder / module).write_text(code)
    ((path, text),) = blocks("yaml").items()
    content = yaml.safe_load(text)
    content["runs"] |= {"training.steps": 20, "training.batch_size": 16, "dataset.train_samples": 1000}
    content |= {"seeds": 1, "protocols": ["mixture-500"], "figures": []}
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_text(yaml.safe_dump(content, sort_keys=False))
    (folder / "config" / "config.yaml").write_text("experiments: [difference]\n")
    return folder


def test_the_example_trains_beside_the_others(project: Path) -> None:
    # The copy's own package is the one that runs, in the main process and in every job.
    variables = environment() | {"PYTHONPATH": os.pathsep.join([str(project), str(project / "workflow")])}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "difference"]
    done = subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pq.read_table(project / "results" / "quick" / "difference" / "metrics.parquet").to_pylist()
    assert {row["method"] for row in rows} == {"PacGAN2", "Difference"}
    assert all(row["status"] == "complete" for row in rows)
