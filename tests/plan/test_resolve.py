from __future__ import annotations

from typing import Any

import pytest

from ganpipe.evaluation.mixture import MixtureModes
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.plan import resolve
from ganpipe.plan.resolve import PlannedEvaluation

DIGITS = {
    "dataset": "stacked_digits",
    "networks": "small_conv",
    "training.steps": 20,
    "training.batch_size": 16,
}


def test_an_evaluation_is_known_by_run_protocol_and_classifier(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = PlannedEvaluation("0" * 12, "modes-1k", CLASSIFIERS["digits"])
    others = [
        PlannedEvaluation("1" * 12, "modes-1k", CLASSIFIERS["digits"]),
        PlannedEvaluation("0" * 12, "modes-10k", CLASSIFIERS["digits"]),
        PlannedEvaluation("0" * 12, "modes-1k", CLASSIFIERS["digits_smoke"]),
        PlannedEvaluation("0" * 12, "modes-1k", None),
    ]
    assert len({asked.evaluation_id, *(other.evaluation_id for other in others)}) == 5
    assert PlannedEvaluation("0" * 12, "modes-1k", CLASSIFIERS["digits"]).evaluation_id == asked.evaluation_id


def test_a_protocol_that_means_something_else_is_another_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = PlannedEvaluation("0" * 12, "mixture-500", None)
    before = asked.evaluation_id
    monkeypatch.setitem(PROTOCOLS, "mixture-500", MixtureModes(samples=501))
    assert asked.evaluation_id != before
    monkeypatch.setitem(PROTOCOLS, "mixture-500", MixtureModes(samples=500))
    assert asked.evaluation_id == before
    monkeypatch.setattr(MixtureModes, "version", MixtureModes.version + 1)
    assert asked.evaluation_id != before


def test_each_dataset_gets_the_protocols_that_fit_it_and_the_classifier_that_it_needs(project: Any) -> None:
    project.write(
        runs={"training.steps": 20, "training.batch_size": 16},
        methods=None,
        axes={"zip": {"dataset": ["ring8_pacgan", "stacked_digits"], "networks": ["mlp", "small_conv"]}},
        protocols=["mixture-500", "modes-1k"],
        classifier="digits_smoke",
        seeds=1,
    )
    index = project.plan()
    ring, digits = project.described()["rows"]
    assert (list(ring["evaluations"]), list(digits["evaluations"])) == (["mixture-500"], ["modes-1k"])
    classifier = CLASSIFIERS["digits_smoke"].classifier_id
    assert index["evaluations"][ring["evaluations"]["mixture-500"]]["classifier"] is None
    assert index["evaluations"][digits["evaluations"]["modes-1k"]]["classifier"] == classifier
    assert list(index["classifiers"]) == [classifier]
    assert index["classifiers"][classifier]["dataset"] in index["datasets"]


def test_metrics_are_the_columns_asked_for_under_every_protocol_that_has_them(project: Any) -> None:
    description = project.planned(protocols=["mixture-500", "mixture-2500"], metrics=["reverse_kl"])
    assert description["metrics"] == [
        {"metric": "reverse_kl", "protocol": "mixture-500", "primary": True},
        {"metric": "reverse_kl", "protocol": "mixture-2500", "primary": True},
    ]
    everything = [column["metric"] for column in project.planned()["metrics"]]
    assert everything == list(PROTOCOLS["mixture-500"].metrics)


def files(description: dict[str, Any]) -> list[str]:
    return [figure["file"] for figure in description["figures"]]


def test_figures_follow_the_form_of_the_experiment(project: Any) -> None:
    rate, width = {"training.learning_rate": [0.1, 0.2]}, {"networks.generator.width": [8, 16]}
    assert files(project.planned()) == ["comparison", "samples", "curves", "losses"]
    assert files(project.planned(methods=None)) == ["comparison", "samples", "curves", "losses"]
    assert files(project.planned(methods=None, axes={"grid": rate})) == ["marginals"]
    assert files(project.planned(methods=None, axes={"grid": {**rate, **width}}, metrics=["modes"])) == [
        *("heatmap_modes_learning_rate_width", "marginals")
    ]
    assert files(project.planned(axes={"grid": rate}, metrics=["modes"])) == [
        "heatmap_modes_learning_rate_method",
        "marginals",
    ]
    # Over values that go in step or are drawn there is no grid to show.
    assert files(project.planned(methods=None, axes={"zip": {**rate, **width}})) == ["marginals"]


def test_figures_asked_for(project: Any) -> None:
    chosen = [
        {"kind": "heatmap", "metric": "modes", "x": "training.learning_rate", "y": "method"},
        {"kind": "heatmap", "metric": "modes", "x": "method", "y": "training.learning_rate"},
        {"kind": "comparison"},
    ]
    description = project.planned(axes={"grid": {"training.learning_rate": [0.1, 0.2]}}, figures=chosen)
    assert files(description) == [
        "heatmap_modes_learning_rate_method",
        "heatmap_modes_method_learning_rate",
        "comparison",
    ]
    assert description["figures"][0] == {**chosen[0], "file": files(description)[0]}
    assert project.planned(figures=[])["figures"] == []


def test_every_kind_of_figure_that_can_be_asked_for_can_be_drawn() -> None:
    from ganpipe.plan.experiment import FigureChoice
    from ganpipe.reporting.figures import KINDS

    schema = FigureChoice.model_json_schema()
    assert set(schema["properties"]["kind"]["enum"]) == set(KINDS)


def test_the_description_is_what_the_reporting_room_reads(project: Any) -> None:
    from ganpipe.reporting.experiment import read_experiment

    axes = {"grid": {"training.learning_rate": [0.1, 0.2]}}
    project.planned(axes=axes, paper={"name": "PacGAN", "item": "Table 1"}, notes=["a note"], description="d")
    read = read_experiment(project.results / "quick" / "one" / "experiment.json")
    assert len(read.cells) == 4
    assert [factor.field for factor in read.factors] == ["method", "training.learning_rate"]


def test_primary_metrics_are_metrics() -> None:
    from ganpipe.evaluation.metrics import METRICS

    assert set(resolve.PRIMARY) <= set(METRICS)


def test_likelihood_is_measured_where_there_is_one(project: Any) -> None:
    description = project.planned(
        methods={"GAN": "gan", "VAE": "vae", "PresGAN": "presgan"}, protocols=["mixture-500", "nll-s50-n20"], seeds=1
    )
    measured = {row["method"]: list(row["evaluations"]) for row in description["rows"]}
    both = ["mixture-500", "nll-s50-n20"]
    assert measured == {"GAN": ["mixture-500"], "VAE": both, "PresGAN": both}
