"""What a change comes to: exactly the jobs that it concerns."""

from __future__ import annotations

import shutil

from ganpipe.files import read_json
from tests.workflow.conftest import REPOSITORY, Project, concerned, counted

CLAIM = {
    "text": "Packing helps.",
    "where": "section 4",
    "better": "PacGAN2",
    "than": "GAN",
    "metric": "modes",
    "margin": 0.5,
}
PAPER = {"name": "InvertGAN", "item": "Table 1"}
"""A paper without figures of theory, which `all_invertgan` would make too."""


def test_a_second_run_does_nothing_whatever_has_been_touched(project: Project) -> None:
    assert project.dry_run() == []
    # Neither a comment in the library or in a rule, nor a setting that decides no result, makes anything again.
    before = read_json(project.results / "plan.json")["inputs"]
    shutil.copytree(REPOSITORY / "ganpipe", project.folder / "ganpipe")
    for path in ("ganpipe/training/trainer.py", "workflow/rules/training.smk", "config/experiments/changed.yaml"):
        with (project.folder / path).open("a") as handle:
            handle.write("\n# a comment\n")
    # What is only needed on the way may go.
    shutil.rmtree(project.results / "datasets")
    settings = ("checkpoint_every=5", "device=cpu", "runs_per_gpu=2", "cuda_graphs=true", "mnist_dir=/nowhere")
    assert project.dry_run("--config", *settings) == []
    assert read_json(project.results / "plan.json")["inputs"] != before


def test_how_runs_are_trained_reaches_every_training(project: Project) -> None:
    project.edit("seeds", seeds=[2, 3])
    settings = ("checkpoint_every=5", "device=cpu", "runs_per_gpu=2", "cuda_graphs=true")
    said = project.call("-n", "-p", "seeds", "--config", *settings).stdout
    assert said.count(" --device cpu --runs-per-gpu 2 --checkpoint-every 5 --cuda-graphs ") == 4
    assert said.count(" --device cpu --runs-per-gpu 2 >") == 4
    for settings in ((), ("--config", "cuda_graphs=false")):
        assert "--cuda-graphs" not in project.call("-n", "-p", "seeds", *settings).stdout


def test_every_change_comes_to_the_jobs_that_it_concerns(project: Project) -> None:
    project.edit("changed", methods={"GAN": "gan", "PacGAN2": {"method": "pacgan2", "training.learning_rate": 0.001}})
    project.edit("fewer", methods={"GAN": "gan"}, seeds=[1])
    project.edit("seeds", seeds=[0, 1, 2])
    project.edit("protocol", protocols=["mixture-500", "mixture-2500"])
    jobs = project.dry_run()

    # Another learning rate trains the runs of that method, another seed trains that seed.
    new = project.run_ids("changed", method="PacGAN2") | project.run_ids("seeds", seed=2)
    assert len(new) == 4
    assert concerned(jobs, "train", "run") == new
    # They are evaluated, and so is everything under the protocol that came along.
    rows = [row for name in ("changed", "seeds") for row in project.rows(name) if row["run_id"] in new]
    expected = {row["evaluations"]["mixture-500"] for row in rows}
    expected |= {row["evaluations"]["mixture-2500"] for row in project.rows("protocol")}
    assert concerned(jobs, "evaluate", "evaluation") == expected
    # What loses a method or a seed is aggregated anew and nothing else; what is untouched is not even that.
    assert concerned(jobs, "aggregate", "experiment") == {"changed", "fewer", "seeds", "protocol"}
    assert counted(jobs) == {
        **{"train": 4, "evaluate": 8, "aggregate": 4, "table": 4, "figures_changed": 1, "overview": 1},
    }


def test_a_change_taken_back_is_only_aggregated_again(project: Project) -> None:
    before = project.read("changed")
    old = {path: path.stat().st_mtime_ns for path in project.results.glob("runs/*/*.safetensors")}
    project.edit("changed", methods={"GAN": "gan", "PacGAN2": {"method": "pacgan2", "training.learning_rate": 0.001}})
    project.make_targets("changed")
    now = {path: path.stat().st_mtime_ns for path in project.results.glob("runs/*/*.safetensors")}
    assert old.items() < now.items()
    assert len(now) == len(old) + 2
    project.write("changed", before)
    assert counted(project.dry_run("changed")) == {"aggregate": 1, "table": 1, "figures_changed": 1}


def test_what_was_deleted_by_hand_comes_back_and_nothing_else(project: Project) -> None:
    (project.results / "quick" / "untouched" / "table.tex").unlink()
    assert counted(project.dry_run("untouched")) == {"table": 1}

    rows = project.rows("untouched")
    lost, unmeasured = rows[0], rows[3]
    shutil.rmtree(project.results / "runs" / lost["run_id"])
    shutil.rmtree(project.results / "evaluations" / unmeasured["run_id"])
    jobs = project.dry_run("untouched")
    assert concerned(jobs, "train", "run") == {lost["run_id"]}
    assert concerned(jobs, "evaluate", "run") == {lost["run_id"], unmeasured["run_id"]}
    assert counted(jobs) == {"train": 1, "evaluate": 2, "aggregate": 1, "table": 1}


def test_a_claim_is_judged_again_when_it_changes_and_nothing_else_is(project: Project) -> None:
    project.edit("untouched", claims=[CLAIM], paper=PAPER)
    project.edit("fewer", paper=PAPER)
    # Claims alone train, evaluate and aggregate nothing; here the paper's name is new to experiment.json.
    made = project.dry_run("all_invertgan")
    assert concerned(made, "claims", "experiment") == {"untouched"}
    assert counted(made) == {"aggregate": 2, "table": 2, "claims": 1, "verdicts": 1, "all_invertgan": 1}
    project.make_targets("all_invertgan")
    assert project.dry_run("all_invertgan") == []
    folder = project.results / "quick"
    for form in ("html", "md", "tex", "parquet"):
        assert (folder / "untouched" / f"claims.{form}").stat().st_size > 0
    page = (folder / "invertgan_verdicts.html").read_text(encoding="utf-8")
    assert "at quick scale: inconclusive" in page
    for run in project.run_ids("untouched"):
        assert run in page

    for change in ({"text": "Other words."}, {"margin": 2.0}):
        project.edit("untouched", claims=[CLAIM | change])
        assert counted(project.dry_run("all_invertgan")) == {"claims": 1, "verdicts": 1, "all_invertgan": 1}
    # Without claims there are no verdicts, and the front page, which linked to them, is written again.
    project.set(experiments=["untouched"])
    project.make_targets()
    front = folder / "index.html"
    assert "untouched/claims.html" in front.read_text(encoding="utf-8")
    project.edit("untouched", claims=[])
    assert counted(project.dry_run()) == {"overview": 1}
    project.make_targets()
    assert "claims.html" not in front.read_text(encoding="utf-8")
    project.edit("untouched", claims=[CLAIM])
    # Another run changes the verdict as it changes the table.
    project.edit("untouched", seeds=[0, 1, 2])
    assert counted(project.dry_run("untouched")) == {
        **{"train": 2, "evaluate": 2, "aggregate": 1, "table": 1, "claims": 1}
    }
