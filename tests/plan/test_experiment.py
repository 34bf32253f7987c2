from __future__ import annotations

from typing import Any

SCALES = {
    "quick": {"note": "a note", "runs": {"training.steps": 7}},
    "paper": {"note": "all of it", "methods": {"MD": "md"}, "seeds": [4], "protocols": ["mixture-2500"]},
}


def test_a_scale_lays_its_runs_over_and_replaces_the_rest(project: Any) -> None:
    project.write(scales=SCALES)
    project.plan()
    quick = project.described()
    assert (quick["scale"], quick["scale_note"], quick["variants"]) == ("quick", "a note", ["GAN", "PacGAN2"])
    assert project.spec(quick["rows"][0]["run_id"]).training.steps == 7
    project.plan(scale="paper")
    paper = project.described(scale="paper")
    assert (paper["variants"], paper["seeds"]) == (["MD"], [4])
    assert list(paper["rows"][0]["evaluations"]) == ["mixture-2500"]
    assert project.spec(paper["rows"][0]["run_id"]).training.steps == 20


def test_a_row_goes_over_the_runs_of_a_scale(project: Any) -> None:
    rows = {"A": {"training.steps": 3}, "B": {"training.batch_size": 3}}
    description = project.planned(methods=rows, scales=SCALES, seeds=1)
    assert [project.spec(row["run_id"]).training.steps for row in description["rows"]] == [3, 7]


def test_a_group_that_a_scale_replaces_loses_what_was_said_about_its_parts(project: Any) -> None:
    scales = {"quick": {"note": "n", "runs": {"training": {"steps": 5, "batch_size": 4}, "dataset": "grid25_pacgan"}}}
    runs = {**project.runs, "training.learning_rate": 0.5, "dataset.sigma": 0.2}
    description = project.planned(runs=runs, scales=scales)
    spec = project.spec(description["rows"][0]["run_id"])
    assert (spec.training.steps, spec.training.learning_rate, spec.dataset.sigma) == (5, 0.0002, 0.05)


def test_an_experiment_without_scales_is_the_same_at_each(project: Any) -> None:
    runs = []
    for scale in ("smoke", "quick", "paper"):
        project.plan(scale=scale)
        runs.append([row["run_id"] for row in project.described(scale=scale)["rows"]])
    assert runs[0] == runs[1] == runs[2]


def test_a_number_of_seeds_counts_from_zero(project: Any) -> None:
    assert project.planned(seeds=3)["seeds"] == [0, 1, 2]
    assert project.planned(seeds=[7, 2])["seeds"] == [7, 2]
