"""What a person can get wrong in config/, and the one line that it comes to. Nothing is written then."""

from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError

RUNS = {"dataset": "ring8_pacgan", "networks": "mlp", "training.steps": 20, "training.batch_size": 16}
DIGITS = {**RUNS, "dataset": "stacked_digits", "networks": "small_conv"}
RATES = {"grid": {"training.learning_rate": [0.001, 0.002]}}
ALONG = {"kind": "sensitivity", "x": "training.learning_rate"}


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in RUNS.items() if key not in keys}


MISTAKES: list[tuple[dict[str, Any], str]] = [
    # the file's own keys
    ({"protocolls": []}, "protocolls: unknown key; did you mean protocols?"),
    ({"title": None}, "title: missing"),
    ({"seeds": None}, "seeds: missing"),
    ({"notes": "one"}, "notes: should be a list, got 'one'"),
    ({"paper": "PacGAN"}, "paper: should be a mapping, got 'PacGAN'"),
    ({"paper": {"name": "Pac GAN", "item": "Table 1"}}, "paper.name: string should match pattern"),
    # seeds
    ({"seeds": 0}, "seeds: should be greater than or equal to 1, got 0"),
    ({"seeds": 20240101}, "seeds: should be less than or equal to 10000, got 20240101"),
    ({"seeds": []}, "seeds: needs 1 or more entries, got 0"),
    ({"seeds": [-1]}, "seeds.0: should be greater than or equal to 0, got -1"),
    ({"seeds": [1, 2, 1]}, "seeds: 1 stands twice"),
    ({"seeds": "two"}, "seeds: should be an integer or a list, got 'two'"),
    ({"seeds": True}, "seeds: should be an integer or a list, got True"),
    ({"seeds": ["a"]}, "seeds.0: should be an integer, got 'a'"),
    ({"seeds": [2**63]}, "seeds.0: should be less than 9223372036854775808, got 9223372036854775808"),
    # settings of runs
    ({"runs": without("dataset")}, "runs: dataset: missing"),
    (
        {"runs": {**RUNS, "dataset": "ring8_pacgam"}},
        "runs: dataset: 'ring8_pacgam' is not known; did you mean ring8_pacgan?",
    ),
    ({"runs": {**RUNS, "dataset": {"kind": "rings"}}}, "runs: dataset: kind: 'rings' is not known; did you mean ring?"),
    ({"runs": {**RUNS, "dataset": {"sigma": 1.0}}}, "runs: dataset: kind: missing; it says which one is meant"),
    ({"runs": {**RUNS, "networks": "mpl"}}, "runs: networks: 'mpl' is not known; did you mean mlp?"),
    (
        {"runs": {**without("training.steps"), "training.stesp": 20}},
        "runs: training.stesp: unknown key; did you mean steps?",
    ),
    ({"runs": {**RUNS, "training": 3}}, "runs: training.steps: 3 is not a group of settings"),
    ({"runs": {**RUNS, "training.steps.x": 3}}, "runs: training.steps.x: 20 is not a group of settings"),
    ({"runs": {**RUNS, "training.steps": 20.5}}, "runs: training.steps: should be an integer, got 20.5"),
    ({"runs": {**RUNS, "training.steps": None}}, "runs: training.steps: should be an integer, got nothing"),
    ({"runs": {**RUNS, "training.steps": "1e3"}}, "runs: training.steps: '1e3' is text in YAML; write 1000"),
    (
        {"runs": {**RUNS, "training.learning_rate": "1e-3"}},
        "runs: training.learning_rate: '1e-3' is text in YAML; write 0.001",
    ),
    ({"runs": {**RUNS, "seed": 3}}, "runs: seed: training seeds stand in `seeds`"),
    (
        {"runs": {**RUNS, "training.players.critic.updates": 5}},
        "GAN on ring8_pacgan: training.players: critic does not play; players are discriminator, generator",
    ),
    ({"runs": {**RUNS, "networks": "dcgan64"}}, "GAN on ring8_pacgan: networks.generator: dcgan"),
    # rows
    ({"methods": ["gan"]}, "methods: should be a mapping, got a list"),
    ({"methods": {"GAN": None}}, "methods.GAN: should be a mapping or a string, got nothing"),
    ({"methods": {"GAN": "gam"}}, "methods.GAN: method: 'gam' is not known; did you mean gan?"),
    ({"methods": {"P": {"methd": "gan"}}}, "methods.P: methd: unknown key; did you mean method?"),
    (
        {"methods": {"P": {"method": "pacgan2", "method.judge.sise": 3}}},
        "methods.P: method.judge.sise: unknown key; did you mean size?",
    ),
    (
        {"methods": {"P": {"method": "pacgan2", "method.judge.size": "two"}}},
        "methods.P: method.judge.size: should be an integer, got 'two'",
    ),
    ({"methods": {"A": "gan", "B": "gan"}}, "'A' and 'B' on ring8_pacgan are the same runs; leave one out"),
    ({"methods": {"a\nb": "gan"}}, "methods.a b: string should match pattern"),
    # axes and exclusions
    (
        {"axes": {"grid": {"training.lerning_rate": [1.0, 2.0]}}},
        "axes: training.lerning_rate: unknown key; did you mean learning_rate?",
    ),
    (
        {"axes": {"grid": {"training.learning_rate": ["1e-3", 0.002]}}},
        "axes: training.learning_rate: '1e-3' is text in YAML; write 0.001",
    ),
    ({"axes": {"grid": {"seed": [0, 1]}}}, "axes: seed: training seeds stand in `seeds`"),
    (
        {"axes": {"grid": {"method": ["gan"]}}},
        "axes: method: the rows of `methods` choose it already; keep one of the two",
    ),
    ({"exclude": {"method": "GAN"}}, "exclude: should be a list, got a mapping"),
    ({"exclude": [{}]}, "exclude.0: needs 1 or more entries, got 0"),
    ({"exclude": [{"dataset": "ring8_pacgan"}]}, "exclude: leaves nothing to run"),
    ({"exclude": [{"datset": "ring8_pacgan"}]}, "exclude: datset: unknown key; did you mean dataset?"),
    ({"exclude": [{"method": "WGAN"}]}, "exclude: method: 'WGAN' is not known"),
    (
        {"axes": RATES, "exclude": [{"training.learning_rate": "1e-3"}]},
        "exclude: training.learning_rate: '1e-3' is text in YAML; write 0.001",
    ),
    ({"axes": RATES, "exclude": [{"training.learning_rate": 0.01}]}, "exclude.0: no cell agrees with it"),
    # protocols, classifiers, metrics, figures
    ({"protocols": "mixture-500"}, "protocols: should be a list or a mapping, got 'mixture-500'"),
    ({"protocols": []}, "protocols: needs 1 or more entries, got 0"),
    ({"protocols": ["mixture-50"]}, "protocols: 'mixture-50' is not known; did you mean mixture-50k?"),
    ({"protocols": ["mixture-500", "mixture-500"]}, "protocols: 'mixture-500' stands twice"),
    ({"protocols": ["modes-1k"]}, "protocols: none fits ring8_pacgan (modes-1k: needs images"),
    ({"protocols": ["mixture-500", "modes-1k"]}, "protocols: modes-1k fits none of the runs (GAN: it needs images"),
    (
        {"protocols": ["mixture-500", "nll-s50-n20"]},
        "protocols: nll-s50-n20 fits none of the runs (GAN: it needs noise on the",
    ),
    ({"protocols": ["nll-s50-n20"]}, "protocols: none fits ring8_pacgan (nll-s50-n20: needs noise on the generator"),
    (
        {"protocols": ["mixture-2500-late5"]},
        "protocols: mixture-2500-late5 averages 5 snapshots; set training.snapshots to 5 or more (GAN keeps 1)",
    ),
    (
        # As many snapshots as are asked for do not fit into three steps.
        {"protocols": ["mixture-2500-late5"], "runs": {**RUNS, "training.steps": 3, "training.snapshots": 10}},
        "protocols: mixture-2500-late5 averages 5 snapshots; set training.snapshots to 5 or more (GAN keeps 3)",
    ),
    ({"classifier": "digit"}, "classifier: 'digit' is not known; did you mean digits?"),
    (
        {"runs": DIGITS, "protocols": ["modes-1k"]},
        "classifier: modes-1k on stacked_digits needs one of digits, digits_smoke",
    ),
    (
        {"runs": DIGITS, "protocols": ["modes-1k"], "classifier": "mnist"},
        "classifier: modes-1k on stacked_digits needs one of digits, digits_smoke",
    ),
    ({"metrics": []}, "metrics: needs 1 or more entries, got 0"),
    ({"metrics": ["mode"]}, "metrics: 'mode' is not measured; did you mean modes?"),
    ({"figures": [{"kind": "comparisn"}]}, "figures.0: kind: 'comparisn' is not known; did you mean comparison?"),
    ({"figures": [{"kind": "heatmap", "x": "method"}]}, "figures.0.y: missing"),
    ({"figures": [{"kind": "losses", "metric": "modes"}]}, "figures.0.metric: unknown key"),
    (
        {"figures": [{"kind": "heatmap", "x": "method", "y": "training.steps"}]},
        "figures.0.y: 'training.steps' is not one of method",
    ),
    (
        {"figures": [{"kind": "marginals", "metric": "mode"}]},
        "figures.0.metric: 'mode' is not one of modes, reverse_kl",
    ),
    ({"figures": [{"kind": "losses"}, {"kind": "losses"}]}, "figures.1: stands twice"),
    ({"figures": [{"kind": "sensitivity"}]}, "figures.0.x: missing"),
    ({"figures": [{"kind": "heatmap", "x": "method", "y": "method", "log": True}]}, "figures.0.log: unknown key"),
    ({"figures": [{"kind": "sensitivity", "x": "method"}]}, "figures.0.x: 'method' is not one of none"),
    (
        {"axes": RATES, "figures": [{**ALONG, "panels": "training.steps"}]},
        "figures.0.panels: 'training.steps' is not one of training.learning_rate, method",
    ),
    (
        {"axes": RATES, "figures": [{**ALONG, "failures": {"lazy": {"metric": "fid", "above": 3}}}]},
        "figures.0.failures.lazy.metric: 'fid' is not one of modes",
    ),
    (
        {"axes": RATES, "figures": [{**ALONG, "failures": {"lazy": {"metric": "modes", "above": 3, "below": 1}}}]},
        "figures.0.failures.lazy: give one of above and below",
    ),
    # scales
    ({"scales": {"medium": {"note": "n"}}}, "scales.medium: should be 'smoke', 'quick' or 'paper', got 'medium'"),
    ({"scales": {"paper": {"note": "n"}}}, "scales.quick: missing; this experiment has paper"),
    ({"scales": {"quick": {}}}, "scales.quick.note: missing"),
    ({"scales": {"quick": {"note": "n", "sedes": 3}}}, "scales.quick.sedes: unknown key; did you mean seeds?"),
    ({"scales": {"quick": {"note": "n", "protocols": []}}}, "scales.quick.protocols: needs 1 or more entries, got 0"),
    # reported numbers
    ({"reported": {"file": "pacgn", "table": "T"}}, "reported.file: config/reported/pacgn.yaml does not exist"),
]


@pytest.mark.parametrize(("changes", "message"), MISTAKES, ids=[message[:50] for _, message in MISTAKES])
def test_every_mistake_is_one_line_that_names_file_and_key(project: Any, changes: dict[str, Any], message: str) -> None:
    project.write(**changes)
    with pytest.raises(GanpipeError) as caught:
        project.plan()
    assert str(caught.value).startswith(f"config/experiments/one.yaml: {message}")
    assert "\n" not in str(caught.value)
    assert not project.results.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "should be a mapping, got nothing"),
        ("- a\n", "should be a mapping, got a list"),
        ("hello\n", "should be a mapping, got 'hello'"),
    ],
)
def test_a_file_that_is_no_experiment(project: Any, text: str, message: str) -> None:
    project.file().write_text(text)
    with pytest.raises(GanpipeError) as caught:
        project.plan()
    assert str(caught.value) == f"config/experiments/one.yaml: {message}"


@pytest.mark.parametrize("name", ["one-two.yaml", "2nd.yaml", "ünf.yaml", "other.yml"])
def test_a_file_whose_name_cannot_be_a_target(project: Any, name: str) -> None:
    project.file().rename(project.config / "experiments" / name)
    with pytest.raises(GanpipeError, match=r"an experiment's file is called <name>\.yaml"):
        project.plan()


def test_files_that_editors_leave_behind_are_passed_over(project: Any) -> None:
    (project.config / "experiments" / ".#one.yaml").symlink_to("nobody@nowhere")
    (project.config / "experiments" / ".one.yaml.swp").write_bytes(b"\x00")
    assert list(project.plan()["experiments"]) == ["one"]
