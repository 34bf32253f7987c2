from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.experiment import read_experiment

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


def test_a_paper_scale_may_say_that_it_spends_less_than_the_paper(project: Any) -> None:
    project.write(scales={**SCALES, "paper": {"note": "a tenth of the steps", "reduced": True}})
    reduced = []
    for scale in ("quick", "paper"):
        project.plan(scale=scale)
        reduced.append(project.described("one", scale)["reduced"])
    assert reduced == [False, True]
    assert read_experiment(project.file()).at("paper", "one.yaml").reduced("paper")
    project.write(scales={"quick": {"note": "n", "reduced": True}})
    with pytest.raises(GanpipeError, match=r"one\.yaml: .*scales\.quick: takes no reduced: only paper scale"):
        project.plan()


def test_a_number_of_seeds_counts_from_zero(project: Any) -> None:
    assert project.planned(seeds=3)["seeds"] == [0, 1, 2]
    assert project.planned(seeds=[7, 2])["seeds"] == [7, 2]


def ids(project: Any, name: str, scale: str = "quick") -> set[str]:
    return {row["run_id"] for row in project.described(name, scale)["rows"]}


def extending(project: Any, **content: Any) -> None:
    own = dict.fromkeys(("runs", "methods", "seeds", "protocols"))
    project.write("two", **{**own, "title": "Another view", "extends": "one", **content})


def test_an_experiment_that_extends_another_has_its_runs_and_says_something_else(project: Any) -> None:
    project.write(scales=SCALES, notes=["of the first"], metrics=["modes"])
    extending(project)
    for scale in ("quick", "paper"):
        project.plan(scale=scale)
        assert ids(project, "two", scale) == ids(project, "one", scale)
    two = project.described("two", "paper")
    assert (two["title"], two["notes"], two["scale_note"]) == ("Another view", [], "all of it")
    assert len(two["metrics"]) > 1


def test_runs_and_scales_are_laid_over_what_is_extended(project: Any) -> None:
    project.write(scales=SCALES)
    extending(project, runs={"training.batch_size": 3}, scales={"paper": {"seeds": [5, 6]}})
    project.plan(scale="paper")
    two = project.described("two", "paper")
    assert (two["scale_note"], two["seeds"], two["variants"]) == ("all of it", [5, 6], ["MD"])
    training = project.spec(two["rows"][0]["run_id"]).training
    assert (training.steps, training.batch_size) == (20, 3)


def test_what_a_file_says_itself_replaces_what_an_inherited_scale_says(project: Any) -> None:
    project.write(scales=SCALES)
    extending(project, methods={"PacGAN3": "pacgan3"})
    project.plan(scale="paper")
    assert project.described("two", "paper")["variants"] == ["PacGAN3"]
    project.plan()
    two = project.described("two")
    assert project.spec(two["rows"][0]["run_id"]).training.steps == 7


def test_extensions_of_extensions(project: Any) -> None:
    extending(project, seeds=1)
    project.write("three", **dict.fromkeys(("runs", "methods", "seeds", "protocols")), extends="two", title="A third")
    project.plan()
    assert ids(project, "three") == ids(project, "two") < ids(project, "one")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"extends": "oen"}, "two.yaml: extends: config/experiments/oen.yaml does not exist; did you mean one?"),
        ({"extends": "two"}, "two.yaml: extends: config/experiments/two.yaml extends this file"),
        ({"extends": 3}, "two.yaml: extends: "),
        ({"runs": [1]}, "two.yaml: runs: "),
        ({"scales": {"paper": 3}}, "two.yaml: scales.paper: "),
        ({"scales": 3}, "two.yaml: scales: "),
        ({"stpes": 3}, "two.yaml: stpes: "),
    ],
)
def test_mistakes_in_an_extension_are_told_in_its_name(project: Any, content: dict[str, Any], problem: str) -> None:
    extending(project, **content)
    with pytest.raises(GanpipeError) as caught:
        project.plan()
    assert problem in str(caught.value)


def test_mistakes_in_what_is_extended_are_told_in_its_own_name(project: Any) -> None:
    project.write(seeds=0)
    extending(project)
    with pytest.raises(GanpipeError, match=r"one\.yaml: seeds: "):
        project.plan()
