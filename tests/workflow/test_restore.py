"""What a fresh clone makes of published results: everything that they hold, and nothing that they hold again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ganpipe.files import read_json
from ganpipe.plan.index import read_spec
from ganpipe.publishing.record import RUNS, EvaluationRecord, RunRecord, write_records
from ganpipe.spec.part import canonical
from ganpipe.spec.run import ENGINE_VERSION, RunSpec
from tests.workflow.conftest import RUNS as SETTINGS
from tests.workflow.conftest import Project, concerned, counted, experiment

NAME = "shown"
FIGURES = [{"kind": kind} for kind in ("comparison", "samples", "losses")]
CLAIM = {
    "text": "Packing helps.",
    "where": "here",
    "better": "PacGAN2",
    "than": "GAN",
    "metric": "modes",
    "protocol": "mixture-500",
    "margin": 0.5,
}
CONTENT = experiment(runs={**SETTINGS, "training.snapshots": 3}, figures=FIGURES, claims=[CLAIM])
REPORTED = {"aggregate": 1, "table": 1, f"figures_{NAME}": 1, "claims": 1}
"""Jobs that make an experiment of its rows."""


def ganpipe(project: Project, *arguments: str) -> str:
    """Run the program in a project, successfully."""
    done = project.ganpipe(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def clone(project: Project, folder: Path) -> Project:
    """A copy of what git tracks."""
    ignored = shutil.ignore_patterns(".snakemake", "results")
    shutil.copytree(project.folder, folder, ignore=ignored)
    shutil.copytree(project.results / "published", folder / "results" / "published")
    return Project(folder)


def outcome(project: Project) -> dict[str, bytes]:
    """Tables, figures and numbers of the experiment."""
    return {path.name: path.read_bytes() for path in (project.results / "quick" / NAME).iterdir()}


@pytest.fixture(scope="module")
def published_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """An experiment of four runs with every figure that looks into runs, made and published."""
    project = Project.make(tmp_path_factory.mktemp("restore") / "origin", {NAME: CONTENT}, [NAME])
    project.make_targets()
    said = ganpipe(project, "publish", NAME)
    assert said.startswith(f"results/published/quick/{NAME}: 4 of 4 runs, 4 runs added, ")
    return project


@pytest.fixture(scope="module")
def restored_project(published_project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone in which what was published has been restored, and tables and figures made of it."""
    project = clone(published_project, tmp_path_factory.mktemp("restore") / "clone")
    assert ganpipe(project, "restore") == f"results/published/quick/{NAME}: 4 runs restored\n"
    assert counted(project.dry_run()) == {**REPORTED, "overview": 1}
    project.make_targets()
    return project


def test_a_fresh_clone_trains_nothing_and_comes_to_the_published_table(
    published_project: Project, restored_project: Project, tmp_path: Path
) -> None:
    project = restored_project.copy(tmp_path / "clone")
    assert project.dry_run() == []
    assert not list(project.results.glob("runs/*/result.json"))

    made, origin = outcome(project), outcome(published_project)
    published = {path.name: path.read_bytes() for path in (project.results / "published" / "quick" / NAME).iterdir()}
    tables = {name for name in published if name.startswith("table.")}
    assert len(tables) == 4
    drawings = {name for name in published if name.endswith(".svg")}
    assert drawings == {"comparison.svg", "losses.svg"}
    for name in (*tables, *drawings, "samples.png", *(f"claims.{form}" for form in ("md", "html", "tex", "parquet"))):
        assert made[name] == published[name], name
    for name in (*tables, "comparison.svg", "claims.md", "samples.png", "metrics.parquet"):
        assert made[name] == origin[name], name
    assert b"data:image/png;base64," in made["samples.svg"]
    # Publishing from there changes nothing.
    ganpipe(project, "publish", NAME)
    again = {path.name: path.read_bytes() for path in (project.results / "published" / "quick" / NAME).iterdir()}
    assert again == published


def test_one_more_seed_trains_exactly_the_new_runs(restored_project: Project, tmp_path: Path) -> None:
    project = restored_project.copy(tmp_path / "clone")
    project.edit(NAME, seeds=[0, 1, 2])
    jobs = project.dry_run()
    new = project.run_ids(NAME, seed=2)
    assert len(new) == 2
    assert concerned(jobs, "train", "run") == concerned(jobs, "evaluate", "run") == new
    assert counted(jobs) == {"prepare": 1, "train": 2, "evaluate": 2, **REPORTED, "overview": 1}
    before = outcome(project)
    project.make_targets()
    assert project.dry_run() == []
    after = outcome(project)
    # The picture shows the lowest seed, which is the one that was published.
    assert after["samples.png"] == before["samples.png"]
    assert after["losses.svg"] != before["losses.svg"]
    said = ganpipe(project, "publish", NAME)
    assert said.startswith(f"results/published/quick/{NAME}: 6 of 6 runs, 2 runs added, ")
    lines = {*(project.results / "published" / "quick" / NAME / RUNS).read_text().splitlines()}
    assert lines > {*(restored_project.results / "published" / "quick" / NAME / RUNS).read_text().splitlines()}


def test_what_needs_snapshots_plans_the_training_of_restored_runs(restored_project: Project, tmp_path: Path) -> None:
    project = restored_project.copy(tmp_path / "clone")
    # A picture with other words was never published: it is drawn without the panels of restored runs.
    project.edit(NAME, title="Another title")
    before = outcome(project)["samples.png"]
    assert counted(project.dry_run(NAME)) == REPORTED
    project.make_targets(NAME)
    assert outcome(project)["samples.png"] != before
    assert "GAN (restored)" in outcome(project)["samples.svg"].decode()

    # Another protocol looks at the generators, so these are needed, and all is measured on the same ones.
    project.edit(NAME, protocols=["mixture-500", "mixture-2500"])
    jobs = project.dry_run()
    restored = project.run_ids(NAME)
    assert concerned(jobs, "train", "run") == restored
    assert counted(jobs)["evaluate"] == 8
    # A restored run whose folder is deleted by hand is asked for like any other.
    project.edit(NAME, protocols=["mixture-500"])
    gone = min(restored)
    shutil.rmtree(project.results / "runs" / gone)
    assert concerned(project.dry_run(), "train", "run") == {gone}


@pytest.mark.parametrize("as_files", [False, True])
def test_targets_are_looked_at_together(published_project: Project, tmp_path: Path, *, as_files: bool) -> None:
    """The first target is content with what was restored, the second has the same runs trained."""
    project = clone(published_project, tmp_path / "clone")
    ganpipe(project, "restore")
    names = [NAME, "more"]
    project.write("more", {**CONTENT, "claims": [], "protocols": ["mixture-500", "mixture-2500"]})
    jobs = project.dry_run(*(f"results/quick/{name}/table.md" for name in names) if as_files else names)
    assert concerned(jobs, "train", "run") == project.run_ids(NAME)
    assert counted(jobs)["prepare"] == 1


def test_a_damaged_picture_is_one_line(published_project: Project, tmp_path: Path) -> None:
    project = clone(published_project, tmp_path / "clone")
    with (project.results / "published" / "quick" / NAME / "samples.png").open("ab") as handle:
        handle.write(b" ")
    ganpipe(project, "restore")
    done = project.call("--cores", "1")
    assert done.returncode != 0
    assert f"ganpipe: results/published/quick/{NAME}/samples.png: missing or damaged" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_a_classifier_that_is_trained_for_new_runs_evaluates_no_restored_run(tmp_path: Path) -> None:
    runs = {"dataset": "stacked_digits", "networks": "small_conv", "training.steps": 2, "training.batch_size": 8}
    content = experiment(runs=runs, methods={"GAN": "gan"}, protocols=["modes-1k"], classifier="digits_smoke")
    project = Project.make(tmp_path / "origin", {NAME: content}, [NAME])
    assert counted(project.dry_run())["classifier"] == 1
    # Nobody needs to have trained what a dry run asks for.
    pairs = read_json(project.results / "plan.json")["experiments"][NAME]["evaluations"]
    records = [invented(project.results, *pair) for pair in pairs]
    write_records(project.results / "published" / "quick" / NAME / RUNS, records)
    assert ganpipe(project, "restore").endswith(": 2 runs restored\n")
    assert counted(project.dry_run()) == {"aggregate": 1, "table": 1, "overview": 1}
    project.edit(NAME, seeds=[0, 1, 2])
    jobs = project.dry_run()
    new = project.run_ids(NAME, seed=2)
    assert concerned(jobs, "train", "run") == concerned(jobs, "evaluate", "run") == new
    assert (counted(jobs)["classifier"], counted(jobs)["confusion"]) == (1, 1)


def invented(results: Path, run_id: str, evaluation_id: str) -> RunRecord:
    """A record of a planned run that was never trained."""
    spec = RunSpec.parse(read_spec(results, "runs", run_id)["spec"])
    evaluation = EvaluationRecord(
        evaluation_id=evaluation_id,
        protocol="modes-1k",
        status="complete",
        provenance={"run": None},
        rows=(("modes", None, 1.0, 1000, None, None),),
    )
    return RunRecord(
        run_id=run_id,
        identity={"engine": ENGINE_VERSION, "run": canonical(spec)},
        result={
            "run_id": run_id,
            "status": "complete",
            "reason": None,
            "snapshots": {},
            "train_seconds": 0,
            "provenance": {},
        },
        evaluations=(evaluation,),
    )
