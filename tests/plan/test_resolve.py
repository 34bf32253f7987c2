from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocols.mixture import MixtureModes
from ganpipe.files import read_json
from ganpipe.plan import protocols
from ganpipe.plan.evaluation import PlannedEvaluation

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
    def asked() -> str:
        return PlannedEvaluation("0" * 12, "mixture-500", None).evaluation_id

    before = asked()
    monkeypatch.setitem(PROTOCOLS, "mixture-500", MixtureModes(samples=501))
    assert asked() != before
    monkeypatch.setitem(PROTOCOLS, "mixture-500", MixtureModes(samples=500))
    assert asked() == before
    monkeypatch.setattr(MixtureModes, "version", MixtureModes.version + 1)
    assert asked() != before


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


def of_two_rings(project: Any, protocols: Any, **changes: Any) -> dict[str, Any]:
    axes = {"grid": {"dataset": ["ring8_pacgan", "ring10_presgan"]}}
    description: dict[str, Any] = project.planned(methods=None, axes=axes, seeds=1, protocols=protocols, **changes)
    return description


def test_datasets_can_have_protocols_of_their_own(project: Any) -> None:
    protocols = {"ring8_pacgan": ["mixture-500"], "ring10_presgan": ["mixture-2500", "sliced-wasserstein-500"]}
    claim = {"text": "t", "where": "w", "better": "GAN", "than": "PacGAN2", "metric": "modes", "margin": 0}
    described = of_two_rings(project, protocols, metrics=["modes", "sliced_wasserstein"])
    asked = {row["dataset"]: list(row["evaluations"]) for row in described["rows"]}
    assert asked == protocols
    columns = [(column["metric"], column["protocol"]) for column in described["metrics"]]
    assert columns == [
        ("modes", "mixture-500"),
        ("modes", "mixture-2500"),
        ("sliced_wasserstein", "sliced-wasserstein-500"),
    ]
    # A claim compares each dataset under its own protocol, and need not say which.
    project.write(axes={"grid": {"dataset": list(protocols)}}, protocols=protocols, claims=[claim])
    project.plan()
    [judged] = read_json(project.results / "quick" / "one" / "claims.json")["claims"]
    compared = {each["dataset"]: each["protocol"] for each in judged["comparisons"]}
    assert compared == {"ring8_pacgan": "mixture-500", "ring10_presgan": "mixture-2500"}


def test_a_scale_may_have_fewer_datasets_than_there_are_protocols_for(project: Any) -> None:
    protocols = {"ring8_pacgan": ["mixture-500"], "grid25_pacgan": ["mixture-2500"]}
    assert [column["protocol"] for column in project.planned(protocols=protocols)["metrics"]] == ["mixture-500"] * 3


@pytest.mark.parametrize(
    ("protocols", "problem"),
    [
        ({"ring8_pacgan": ["mixture-500"]}, "protocols: has none for ring10_presgan"),
        (
            {"ring8_pacgan": ["mixture-500"], "ring10_pres": ["mixture-500"]},
            "protocols: 'ring10_pres' is not a dataset",
        ),
        ({"ring8_pacgan": ["mixture-50"], "ring10_presgan": ["mixture-500"]}, "protocols: 'mixture-50' is not known"),
        ({"ring8_pacgan": [], "ring10_presgan": ["mixture-500"]}, "protocols.ring8_pacgan: needs 1 or more entries"),
        ({"ring8_pacgan": ["modes-1k"], "ring10_presgan": ["mixture-500"]}, "protocols: none fits ring8_pacgan"),
        ({}, "protocols: needs 1 or more entries"),
        (3, "protocols: should be"),
    ],
)
def test_mistakes_in_protocols_of_datasets(project: Any, protocols: Any, problem: str) -> None:
    with pytest.raises(GanpipeError) as caught:
        of_two_rings(project, protocols)
    assert str(caught.value).startswith(f"config/experiments/one.yaml: {problem}")


def test_figures_with_settings_beside_names(project: Any) -> None:
    grid = {"grid": {"training.learning_rate": [0.1, 0.2], "training.players.generator.updates": [1, 2]}}
    failures = {"poor": {"metric": "modes", "below": 2.0}}
    choice = {"kind": "sensitivity", "x": "training.learning_rate", "panels": "training.players.generator.updates"}
    description = project.planned(axes=grid, figures=[{**choice, "log": True, "failures": failures}])
    file = "sensitivity_learning_rate_updates"
    assert description["figures"] == [{**choice, "log": True, "failures": failures, "file": file}]
    index = project.plan()["experiments"]["one"]
    assert (index["figures"], index["numbers"]) == ([file], [file])
    # One update is what is usual, so these are the runs of an experiment that says nothing of updates.
    usual = project.planned("two", axes={"grid": {"training.learning_rate": [0.1, 0.2]}})
    assert {row["run_id"] for row in usual["rows"]} < {row["run_id"] for row in description["rows"]}


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


def test_lines_go_along_numbers_datasets_or_what_can_be_counted(project: Any) -> None:
    axes = {"grid": {"networks.discriminator.width": [8, 16], "method.objective.kind": ["minimax", "non_saturating"]}}
    along = ("discriminator_parameters", "networks.discriminator.width", "dataset")
    chosen = [{"kind": "lines", "x": x} for x in along]
    named = ["lines_discriminator_parameters", "lines_width", "lines_dataset"]
    assert files(project.planned(axes=axes, figures=chosen)) == named
    for x in ("method.objective.kind", "method", "generator_parameters"):
        known = "networks.discriminator.width, discriminator_parameters, dataset"
        with pytest.raises(GanpipeError, match=rf"figures\.0\.x: '{x}' is not one of {known}$"):
            project.planned(axes=axes, figures=[{"kind": "lines", "x": x}])
    with pytest.raises(GanpipeError, match=r"figures\.0\.x: missing"):
        project.planned(axes=axes, figures=[{"kind": "lines"}])


def test_the_description_is_what_the_reporting_room_reads(project: Any) -> None:
    from ganpipe.reporting.experiment import read_description

    axes = {"grid": {"training.learning_rate": [0.1, 0.2]}}
    project.planned(axes=axes, paper={"name": "PacGAN", "item": "Table 1"}, notes=["a note"], description="d")
    read = read_description(project.results / "quick" / "one" / "experiment.json")
    assert len(read.cells) == 4
    assert [factor.field for factor in read.factors] == ["method", "training.learning_rate"]


def test_primary_metrics_are_metrics() -> None:
    from ganpipe.evaluation.metrics import METRICS

    assert set(protocols.PRIMARY) <= set(METRICS)


def test_likelihood_is_measured_where_there_is_one(project: Any) -> None:
    description = project.planned(
        methods={"GAN": "gan", "VAE": "vae", "PresGAN": "presgan"}, protocols=["mixture-500", "nll-s50-n20"], seeds=1
    )
    measured = {row["method"]: list(row["evaluations"]) for row in description["rows"]}
    both = ["mixture-500", "nll-s50-n20"]
    assert measured == {"GAN": ["mixture-500"], "VAE": both, "PresGAN": both}
