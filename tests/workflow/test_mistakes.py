"""What Snakemake says to a mistake in the configuration: the planner's one line, and nothing is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflow.conftest import Project, experiment


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path / "project", {"one": experiment()}, ["one"])


def said(project: Project) -> list[str]:
    """The lines of a dry run that must fail, without the one about the profile."""
    done = project.call("-n")
    assert done.returncode != 0
    assert done.stdout == ""
    return [line for line in done.stderr.splitlines() if not line.startswith("Using workflow specific profile")]


def test_a_mistake_in_an_experiment(project: Project) -> None:
    project.edit("one", protocols=["mixture-50"])
    where = "config/experiments/one.yaml: protocols"
    assert said(project) == [f"ganpipe: {where}: 'mixture-50' is not known; did you mean mixture-50k?"]
    assert not project.results.exists()


def test_mistakes_in_the_settings(project: Project) -> None:
    settings = project.folder / "config" / "config.yaml"
    settings.write_text("scale: quick\nscale: paper\n")
    assert said(project) == ["ganpipe: config/config.yaml, line 2: scale stands twice"]
    settings.write_text("scale: [\n")
    assert said(project) == ["ganpipe: config/config.yaml, line 2: did not find expected node content"]
    settings.unlink()
    assert said(project) == ["ganpipe: config/config.yaml: no such file"]


def test_an_experiment_that_is_called_like_a_rule(project: Project) -> None:
    project.write("train", experiment())
    assert said(project) == [
        "ganpipe: config/experiments/train.yaml: the workflow has another rule called train; choose another name"
    ]
