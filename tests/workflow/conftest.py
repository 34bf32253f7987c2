"""Projects that Snakemake runs for real, small enough for a test.

One project is run once in a session; tests copy it, change something and ask a dry run what it would come to. A copy
keeps the times of all files, so Snakemake sees what it would see in the original.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ganpipe.files import read_json

REPOSITORY = Path(__file__).parents[2]
RUNS = {
    "dataset": "ring8_pacgan",
    "dataset.train_samples": 1000,
    "dataset.test_samples": 100,
    "networks": "mlp",
    "training.steps": 20,
    "training.batch_size": 16,
}


@dataclass(frozen=True)
class Job:
    """One job of a dry run, with the words that tell it from its siblings."""

    rule: str
    wildcards: dict[str, str]


class Project:
    """A folder with the repository's workflow and a configuration of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "results"

    @classmethod
    def make(cls, folder: Path, experiments: dict[str, dict[str, Any]], default: list[str]) -> Project:
        """A project with the given experiments, of which ``default`` are made when no target is named."""
        for part in ("workflow", "profiles"):
            shutil.copytree(REPOSITORY / part, folder / part)
        shutil.copy2(REPOSITORY / "Snakefile", folder)
        (folder / "config" / "experiments").mkdir(parents=True)
        project = cls(folder)
        project.settings.write_text(yaml.safe_dump({"experiments": default}))
        for name, content in experiments.items():
            project.write(name, content)
        return project

    @classmethod
    def of_repository(cls, folder: Path, **settings: Any) -> Project:
        """A project with the repository's experiments and ``settings`` over its own."""
        for part in ("workflow", "profiles", "config"):
            shutil.copytree(REPOSITORY / part, folder / part)
        shutil.copy2(REPOSITORY / "Snakefile", folder)
        project = cls(folder)
        project.set(**settings)
        return project

    @property
    def settings(self) -> Path:
        return self.folder / "config" / "config.yaml"

    def set(self, **settings: Any) -> None:
        """Change some keys of config.yaml."""
        self.settings.write_text(yaml.safe_dump({**yaml.safe_load(self.settings.read_text()), **settings}))

    def copy(self, folder: Path) -> Project:
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    def write(self, name: str, content: dict[str, Any]) -> None:
        text = yaml.safe_dump(content, sort_keys=False)
        (self.folder / "config" / "experiments" / f"{name}.yaml").write_text(text)

    def read(self, name: str) -> dict[str, Any]:
        content: dict[str, Any] = yaml.safe_load((self.folder / "config" / "experiments" / f"{name}.yaml").read_text())
        return content

    def edit(self, name: str, **changes: Any) -> None:
        """Change some keys of an experiment."""
        self.write(name, {**self.read(name), **changes})

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The planned runs of an experiment."""
        rows: list[dict[str, Any]] = read_json(self.results / "quick" / name / "experiment.json")["rows"]
        return rows

    def run_ids(self, name: str, **wanted: Any) -> set[str]:
        """The planned runs of an experiment that have the given method, seed, ..."""
        return {row["run_id"] for row in self.rows(name) if all(row[key] == value for key, value in wanted.items())}

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Snakemake to its end."""
        command = [sys.executable, "-m", "snakemake", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment(), capture_output=True, text=True)

    def ganpipe(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the program to its end."""
        command = [sys.executable, "-m", "ganpipe", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment(), capture_output=True, text=True)

    def make_targets(self, *targets: str) -> str:
        """Run Snakemake on two cores, successfully."""
        done = self.call("--cores", "2", *targets)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def dry_run(self, *targets: str) -> list[Job]:
        """The jobs that would run, without those that only collect targets."""
        done = self.call("-n", *targets)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        if "Nothing to be done" in said:
            return []
        found = re.findall(r"^(?:local)?rule (\w+):\n((?:    .*\n)*)", said, re.MULTILINE)
        jobs = [Job(rule, wildcards(rule, block)) for rule, block in found]
        announced = re.search(r"^total +(\d+)$", said, re.MULTILINE)
        assert announced, said
        assert len(jobs) == int(announced[1]), said
        experiments = {path.stem for path in (self.folder / "config" / "experiments").iterdir()}
        return [job for job in jobs if job.rule not in {"all", *experiments}]


def environment() -> dict[str, str]:
    """Of a shell without a profile, and with Snakemake's caches out of the user's home."""
    return {name: value for name, value in os.environ.items() if not name.startswith("SNAKEMAKE_")}


def wildcards(rule: str, block: str) -> dict[str, str]:
    stated = re.search(r"^    wildcards: (.*)$", block, re.MULTILINE)
    found = dict(pair.split("=") for pair in stated[1].split(", ")) if stated else {}
    # The rules of figures have no wildcards; their name says whose they are.
    return {"experiment": rule.removeprefix("figures_")} if rule.startswith("figures_") else found


def counted(jobs: list[Job]) -> dict[str, int]:
    """Jobs by rule."""
    return dict(Counter(job.rule for job in jobs))


def concerned(jobs: list[Job], rule: str, wildcard: str) -> set[str]:
    """What the jobs of one rule are about."""
    return {job.wildcards[wildcard] for job in jobs if job.rule == rule}


def experiment(**changes: Any) -> dict[str, Any]:
    """The runs that all experiments of the session's project share, unless changed."""
    usual = {
        "title": "A test",
        "runs": RUNS,
        "methods": {"GAN": "gan", "PacGAN2": "pacgan2"},
        "seeds": [0, 1],
        "protocols": ["mixture-500"],
        "figures": [],
    }
    return {**usual, **changes}


EXPERIMENTS = {
    "changed": experiment(figures=[{"kind": "comparison"}]),
    "fewer": experiment(),
    "seeds": experiment(),
    "protocol": experiment(),
    "untouched": experiment(),
}


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Five experiments over the same four runs, made for real."""
    project = Project.make(tmp_path_factory.mktemp("workflow") / "finished", EXPERIMENTS, list(EXPERIMENTS))
    project.make_targets()
    return project


@pytest.fixture
def project(finished_project: Project, tmp_path: Path) -> Project:
    """A copy of the finished project, to be changed."""
    return finished_project.copy(tmp_path / "project")
