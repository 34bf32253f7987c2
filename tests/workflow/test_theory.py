"""Figures of the theory: targets of their own that need no run."""

from __future__ import annotations

import pytest

from ganpipe.theory.catalogue import FIGURES
from tests.workflow.conftest import REPOSITORY, Project, counted, experiment


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.make(tmp_path_factory.mktemp("theory") / "project", {"own": experiment()}, ["own"])


def test_a_figure_is_made_once_and_again_when_a_file_is_gone(project: Project) -> None:
    project.make_targets("pacgan_figure2")
    folder = project.results / "theory"
    assert {path.name for path in folder.iterdir()} == {f"pacgan_figure2.{form}" for form in ("png", "svg", "csv")}
    assert project.dry_run("pacgan_figure2") == []
    (folder / "pacgan_figure2.csv").unlink()
    assert counted(project.dry_run("pacgan_figure2")) == {"pacgan_figure2": 1}


def test_every_figure_is_a_target_that_asks_for_no_run(project: Project) -> None:
    assert counted(project.dry_run("--forceall", *FIGURES)) == dict.fromkeys(FIGURES, 1)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_has_a_caption(name: str) -> None:
    assert (REPOSITORY / "workflow" / "report" / f"{name}.rst").is_file()
