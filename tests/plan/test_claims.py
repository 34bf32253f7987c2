"""Claims in an experiment file: what they compare, and what is wrong with those that compare nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json

CLAIM = {
    "text": "Packing helps.",
    "where": "section 4",
    "better": "PacGAN2",
    "than": "GAN",
    "metric": "modes",
    "margin": 0.5,
}
METHODS = {"GAN": "gan", "PacGAN2": "pacgan2", "PacGAN3": "pacgan3"}


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIM.items() if key not in keys}


def claims(project: Any, *of: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    """What the planner makes of some claims."""
    project.planned(claims=list(of), **{"methods": METHODS, **changes})
    content = read_json(project.results / "quick" / "one" / "claims.json")
    assert content["schema"] == 1
    planned: list[dict[str, Any]] = content["claims"]
    return planned


def compared(claim: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["first"], each["second"]) for each in claim["comparisons"]]


def test_what_is_compared_is_spelt_out(project: Any) -> None:
    (claim,) = claims(project, CLAIM)
    assert claim == {
        "text": "Packing helps.",
        "where": "section 4",
        "basis": "text",
        "form": "better",
        "margin": 0.5,
        "absent": [],
        "comparisons": [
            {
                "dataset": "ring8_pacgan",
                "metric": "modes",
                "protocol": "mixture-500",
                "first": "PacGAN2",
                "second": "GAN",
            }
        ],
    }
    assert project.plan()["experiments"]["one"]["claims"] == 1


@pytest.mark.parametrize(
    ("form", "kind", "pairs"),
    [
        ({"better": ["PacGAN2", "PacGAN3"], "than": "GAN"}, "better", [("PacGAN2", "GAN"), ("PacGAN3", "GAN")]),
        ({"better": "PacGAN3", "than": ["GAN", "PacGAN2"]}, "better", [("PacGAN3", "GAN"), ("PacGAN3", "PacGAN2")]),
        ({"order": ["PacGAN3", "PacGAN2", "GAN"]}, "better", [("PacGAN3", "PacGAN2"), ("PacGAN2", "GAN")]),
        (
            {"similar": ["PacGAN3", "PacGAN2", "GAN"]},
            "similar",
            [("PacGAN3", "PacGAN2"), ("PacGAN3", "GAN"), ("PacGAN2", "GAN")],
        ),
    ],
)
def test_forms(project: Any, form: dict[str, Any], kind: str, pairs: list[tuple[str, str]]) -> None:
    (claim,) = claims(project, without("better", "than") | form)
    assert (claim["form"], compared(claim)) == (kind, pairs)


def test_every_dataset_unless_one_is_named(project: Any) -> None:
    axes = {"grid": {"dataset": ["ring8_pacgan", "grid25_pacgan"]}}
    runs = {key: value for key, value in project.runs.items() if key != "dataset"}
    everywhere, one = claims(project, CLAIM, CLAIM | {"dataset": "grid25_pacgan"}, axes=axes, runs=runs)
    assert [each["dataset"] for each in everywhere["comparisons"]] == ["grid25_pacgan", "ring8_pacgan"]
    assert [each["dataset"] for each in one["comparisons"]] == ["grid25_pacgan"]


def test_a_protocol_has_to_be_named_where_there_are_several(project: Any) -> None:
    both = ["mixture-500", "mixture-2500"]
    (claim,) = claims(project, CLAIM | {"protocol": "mixture-2500"}, protocols=both)
    assert claim["comparisons"][0]["protocol"] == "mixture-2500"
    with pytest.raises(
        GanpipeError, match=r"claims\.0\.protocol: modes is measured under mixture-2500, mixture-500; say"
    ):
        claims(project, CLAIM, protocols=both)


def test_a_scale_with_protocols_of_its_own_judges_by_them(project: Any) -> None:
    scales = {"quick": {"note": "n", "protocols": ["mixture-500"]}, "paper": {"note": "n"}}
    asked = CLAIM | {"protocol": "mixture-2500"}
    (claim,) = claims(project, asked, protocols=["mixture-2500", "mixture-2500-late5"], scales=scales,
                      runs={**project.runs, "training.snapshots": 5})  # fmt: skip
    assert claim["comparisons"][0]["protocol"] == "mixture-500"


def test_what_only_another_scale_has_is_named_and_not_compared(project: Any) -> None:
    scales = {"quick": {"note": "n", "methods": {"GAN": "gan", "PacGAN3": "pacgan3"}}, "paper": {"note": "n"}}
    (claim,) = claims(project, CLAIM, scales=scales)
    assert (claim["absent"], claim["comparisons"]) == (["PacGAN2"], [])
    with pytest.raises(GanpipeError, match=r"claims\.0: 'PacGAN4' is not a row of the table; did you mean"):
        claims(project, CLAIM | {"better": "PacGAN4"}, scales=scales)


def test_claims_decide_no_number(project: Any) -> None:
    claims(project, CLAIM)
    folder = project.results / "quick" / "one"
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    claims(project, CLAIM | {"text": "Other words.", "margin": 1})
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert before["experiment.json"] == after["experiment.json"]
    assert before["claims.json"] != after["claims.json"]


def test_claims_that_went_missing_are_written_again(project: Any) -> None:
    claims(project, CLAIM)
    path = project.results / "quick" / "one" / "claims.json"
    path.unlink()
    project.plan()
    assert path.is_file()


def test_an_experiment_without_claims_has_no_file(project: Any) -> None:
    project.planned()
    assert not (project.results / "quick" / "one" / "claims.json").exists()


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (CLAIM | {"better": "PacGAN"}, "claims.0: 'PacGAN' is not a row of the table; did you mean PacGAN"),
        (CLAIM | {"metric": "mode"}, "claims.0.metric: 'mode' is not measured; did you mean modes?"),
        (CLAIM | {"metric": "fid"}, "claims.0.metric: 'fid' is not measured; known are "),
        (CLAIM | {"protocol": "mixture-50"}, "claims.0.protocol: 'mixture-50' is not one of this experiment; did you"),
        (CLAIM | {"dataset": "ring8_pacgam"}, "claims.0.dataset: 'ring8_pacgam' is not a dataset of this experiment;"),
        (CLAIM | {"better": "GAN"}, "claims.0: 'GAN' cannot be compared with itself"),
        (without("than"), "claims.0: than goes with better or not_worse, and they with it"),
        (CLAIM | {"not_worse": "GAN"}, "claims.0: needs one of better, not_worse, order and similar"),
        (without("better") | {"not_worse": "PacGAN2", "margin": 0}, "claims.0: not_worse needs a margin above 0"),
        (without("better", "than"), "claims.0: needs one of better, not_worse, order and similar"),
        (CLAIM | {"order": ["GAN", "PacGAN2"]}, "claims.0: needs one of better, not_worse, order and similar"),
        (without("better", "than") | {"similar": ["GAN"]}, "claims.0.similar: needs 2 or more entries, got 1"),
        (without("better", "than") | {"order": ["GAN", "GAN"]}, "claims.0.order: 'GAN' stands twice"),
        (
            without("better", "than") | {"similar": ["GAN", "PacGAN2"], "margin": 0},
            "claims.0: similar needs a margin above 0",
        ),
        (without("margin"), "claims.0.margin: missing"),
        (CLAIM | {"margin": -1}, "claims.0.margin: should be greater than or equal to 0, got -1"),
        (without("where"), "claims.0.where: missing"),
        (CLAIM | {"basis": "memory"}, "claims.0.basis: should be 'text' or 'table', got 'memory'"),
        (CLAIM | {"worse": "GAN"}, "claims.0.worse: unknown key"),
    ],
)
def test_a_mistake_is_one_line(project: Any, claim: dict[str, Any], message: str) -> None:
    with pytest.raises(GanpipeError) as refused:
        claims(project, claim)
    assert str(refused.value).startswith(f"config/experiments/one.yaml: {message}")
    assert "\n" not in str(refused.value)


def test_rows_that_are_measured_together_nowhere(project: Any) -> None:
    axes = {"zip": {"dataset": ["ring8_pacgan", "grid25_pacgan"], "training.batch_size": [16, 32]}}
    runs = {key: value for key, value in project.runs.items() if key not in ("dataset", "training.batch_size")}
    rows = {"better": "GAN, batch size 16", "than": "GAN, batch size 32"}
    with pytest.raises(GanpipeError, match="is measured together on no dataset"):
        claims(project, CLAIM | rows, axes=axes, runs=runs)
