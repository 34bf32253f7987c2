"""Every table and figure of the papers: planned always, one of each paper made always, all of them made by `make soak`.

Nothing here knows an experiment by its name; a new one is planned and made without a line.
"""

from __future__ import annotations

import json
import re
import zipfile
from typing import Any

import pytest

from ganpipe.files import read_json
from ganpipe.theory.catalogue import FIGURES
from tests.conftest import mnist_folder
from tests.stand_ins import WRITERS, write_stand_ins
from tests.workflow.conftest import Project, concerned

PAPERS = ("SetGAN", "BGAN", "PacGAN", "InvertGAN", "PresGAN")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The repository's experiments at smoke scale, planned and not made."""
    project = Project.of_repository(tmp_path_factory.mktemp("papers") / "project", scale="smoke")
    done = project.ganpipe("plan")
    assert done.returncode == 0, done.stderr
    return project


def planned(project: Project) -> dict[str, Any]:
    plan: dict[str, Any] = read_json(project.results / "plan.json")
    return plan


def of_paper(project: Project, paper: str) -> set[str]:
    return {name for name, experiment in planned(project)["experiments"].items() if experiment["paper"] == paper}


def cheapest(project: Project, paper: str) -> str:
    """The experiment of fewest evaluations among those that need no files, else a figure of what the paper proves."""
    plan = planned(project)

    def is_free(name: str) -> bool:
        return all(
            plan["datasets"][plan["runs"][run]["dataset"]]["origin"] is None
            and not any(plan["evaluations"][evaluation].values())
            for run, evaluation in plan["experiments"][name]["evaluations"]
        )

    free = [name for name in of_paper(project, paper) if is_free(name)]
    if not free:
        return next(name for name, figure in FIGURES.items() if figure.paper == paper)
    return min(free, key=lambda name: (len(plan["experiments"][name]["evaluations"]), name))


def thin(project: Project, name: str) -> None:
    """Leave an experiment two of its own rows and one of its own datasets at smoke scale, for time's sake."""
    content = project.read(name)
    smoke = dict(content.get("scales", {}).get("smoke", {"note": "two rows on one dataset"}))
    if rows := smoke.get("methods", content.get("methods")):
        smoke["methods"] = dict(list(rows.items())[:2])
    axes = smoke.get("axes", content.get("axes", {}))
    if "dataset" in (grid := axes.get("grid", {})):
        smoke["axes"] = {**axes, "grid": {**grid, "dataset": grid["dataset"][:1]}}
    project.edit(name, scales={**content.get("scales", {}), "smoke": smoke})


@pytest.fixture(scope="module")
def one_of_each(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, dict[str, str]]:
    """The cheapest target of each paper, made in a project of its own; paper -> target."""
    thinned = project.copy(tmp_path_factory.mktemp("papers") / "made")
    targets = {paper: cheapest(project, paper) for paper in PAPERS}
    for name in targets.values():
        if name not in FIGURES:
            thin(thinned, name)
    thinned.make_targets(*targets.values())
    return thinned, targets


def test_every_table_and_figure_of_every_paper_is_planned(project: Project) -> None:
    experiments = planned(project)["experiments"]
    assert {experiment["paper"] for experiment in experiments.values()} == {*PAPERS, None}
    jobs = project.dry_run("papers")
    assert concerned(jobs, "aggregate", "experiment") == set().union(*(of_paper(project, paper) for paper in PAPERS))
    assert {job.rule for job in jobs} > set(FIGURES)
    claimed = {name for name, experiment in experiments.items() if experiment["claims"] and experiment["paper"]}
    assert concerned(jobs, "claims", "experiment") == claimed
    assert concerned(jobs, "verdicts", "paper") == {experiments[name]["paper"].lower() for name in claimed}


def test_one_paper_is_planned_with_what_it_proves_and_without_the_others(project: Project) -> None:
    jobs = project.dry_run("all_pacgan")
    assert concerned(jobs, "aggregate", "experiment") == of_paper(project, "PacGAN")
    theory = {name for name, figure in FIGURES.items() if figure.paper == "PacGAN"}
    assert {job.rule for job in jobs} & set(FIGURES) == theory


@pytest.mark.parametrize("paper", PAPERS)
def test_one_target_of_each_paper_is_made(one_of_each: tuple[Project, dict[str, str]], paper: str) -> None:
    project, targets = one_of_each
    name = targets[paper]
    if name in FIGURES:
        assert (project.results / "theory" / f"{name}.svg").stat().st_size > 0
        return
    folder = project.results / "smoke" / name
    made = {path.name for path in folder.iterdir()}
    figures = [f"{figure}.svg" for figure in planned(project)["experiments"][name]["figures"]]
    assert {"metrics.parquet", "table.md", "table.tex", "table.csv", "table.html", *figures} <= made
    text = (folder / "table.md").read_text(encoding="utf-8")
    assert paper in text
    assert "**Scale:** smoke" in text


def test_the_report_has_a_page_for_each_paper(one_of_each: tuple[Project, dict[str, str]]) -> None:
    project, targets = one_of_each
    assert report(project, *targets.values()) == {paper: {name} for paper, name in targets.items()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All experiments of all papers, made at smoke scale; where files cannot be had, from stand-ins."""
    folder = tmp_path_factory.mktemp("soak")
    real = real_files()
    stand_ins = write_stand_ins(folder / "stand_ins", *(WRITERS.keys() - real.keys()))
    project = Project.of_repository(folder / "project", scale="smoke", raw=real, stand_ins=stand_ins)
    project.make_targets("papers")
    return project


def real_files() -> dict[str, str]:
    """What this machine has of the published files: at most MNIST, in $MNIST_DIR or beside the repository."""
    folder = mnist_folder()
    return {"mnist": str(folder)} if folder.is_dir() else {}


@pytest.mark.soak
@pytest.mark.parametrize("paper", PAPERS)
def test_every_target_of_a_paper_is_made_and_says_what_it_was_made_from(made: Project, paper: str) -> None:
    stood_in_for = set(WRITERS) - real_files().keys()
    for name in of_paper(made, paper):
        folder = made.results / "smoke" / name
        described = read_json(folder / "experiment.json")
        origins = {each["origin"] for each in described["stand_ins"]}
        assert origins == origins_of(made, name) & stood_in_for
        for form in ("md", "html"):
            text = (folder / f"table.{form}").read_text(encoding="utf-8")
            assert ("★" in text) == bool(origins), name
            assert all(origin in text for origin in origins)
        refused = made.ganpipe("publish", name)
        assert (refused.returncode != 0 and "stand-ins" in refused.stderr) == bool(origins), name


def origins_of(project: Project, name: str) -> set[str]:
    """The files from which an experiment is made, by origin."""
    plan = planned(project)
    pairs = plan["experiments"][name]["evaluations"]
    datasets = {plan["datasets"][plan["runs"][run]["dataset"]]["origin"] for run, _ in pairs}
    return (datasets | {plan["evaluations"][evaluation]["origin"] for _, evaluation in pairs}) - {None}


@pytest.mark.soak
def test_the_report_has_a_page_for_every_paper_and_everything_of_it(made: Project) -> None:
    chapters = report(made, "papers")
    assert set(PAPERS) <= set(chapters)
    for paper in PAPERS:
        assert of_paper(made, paper) <= chapters[paper]
        assert {name for name, figure in FIGURES.items() if figure.paper == paper} <= chapters[paper]
        claimed = any(planned(made)["experiments"][name]["claims"] for name in of_paper(made, paper))
        assert ("verdicts" in chapters[paper]) == claimed


def report(project: Project, *targets: str) -> dict[str, set[str]]:
    """Make the report of finished targets; its chapters, and what stands in each."""
    said = project.call(*targets, "--report", "report.zip")
    assert said.returncode == 0, said.stdout + said.stderr
    with zipfile.ZipFile(project.folder / "report.zip") as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/report.html"))
        page = archive.read(name).decode()
    found = re.search(r"var categories = (\{.*?\});?\s*$", page, re.MULTILINE)
    assert found, "no chapters"
    return {chapter: set(parts) for chapter, parts in json.loads(found[1]).items()}


@pytest.mark.soak
def test_nothing_of_all_this_is_made_twice(made: Project) -> None:
    assert made.dry_run("papers") == []
