from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.pairs import contradiction, paired_rows, parts, with_pairs

ROWS = {
    "GAN": "gan",
    "Pack": {"method.judge": {"kind": "packed", "size": 2}, "training.batch_size": 8},
    "MD": {"method.judge": {"kind": "minibatch"}},
    "GP": {"method.regularisers.gradient_penalty.weight": 1.0, "training.players.discriminator.updates": 2},
    "SN": {"method.regularisers.spectral_norm": {"kind": "spectral_norm"}, "training.players.discriminator.updates": 2},
}


def test_every_two_rows_make_one_that_has_the_settings_of_both() -> None:
    rows = with_pairs(ROWS, ["Pack", "MD", "GP"], "here")
    assert list(rows) == [*ROWS, "Pack + GP", "MD + GP"]
    assert rows["Pack + GP"] == {**ROWS["Pack"], **ROWS["GP"]}  # type: ignore[dict-item]


def test_rows_that_want_one_setting_differently_make_no_pair() -> None:
    assert contradiction(ROWS, "Pack", "MD") == "both set method.judge, and a run has one"
    assert contradiction(ROWS, "GP", "SN") is None


@pytest.mark.parametrize(("first", "second"), [("GAN", "MD"), ("MD", "GAN")])
def test_a_group_and_a_part_of_it_are_one_setting(first: str, second: str) -> None:
    assert contradiction(ROWS, first, second) == "both set method, and a run has one"


def test_paths_that_only_begin_alike_are_two_settings() -> None:
    assert contradiction({"A": {"training.steps": 1}, "B": {"training.step": 2}}, "A", "B") is None


def test_a_pair_that_has_a_row_of_its_own_keeps_it() -> None:
    own = {"training.steps": 3}
    rows = with_pairs({**ROWS, "Pack + GP": own}, ["Pack", "GP"], "here")
    assert rows["Pack + GP"] == own
    assert len(rows) == len(ROWS) + 1


def test_a_label_that_is_no_row_is_refused() -> None:
    with pytest.raises(GanpipeError, match="here: pairs: 'Pac' is not a row of `methods`; did you mean Pack"):
        with_pairs(ROWS, ["Pac"], "here")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("A + B", ("A", "B")),
        ("A", ("A",)),
        ("A + C", ("A + C",)),
        ("A + B + D", ("A", "B + D")),
    ],
)
def test_a_label_is_taken_apart_where_both_sides_are_rows(label: str, expected: tuple[str, ...]) -> None:
    assert parts(label, ["A", "B", "B + D", "A + B"]) == expected


def test_rows_that_stand_in_a_pair_are_in_the_order_of_the_rows() -> None:
    assert paired_rows(["GAN", "B", "A", "A + B", "C"]) == ["B", "A"]


def test_pairs_are_rows_of_the_plan_at_every_scale(project: Any) -> None:
    methods = {"Pack": {"method.judge": {"kind": "packed", "size": 2}}, "SN": "sngan", "GP": {}}
    methods["SN"] = {"method.regularisers.spectral_norm": {"kind": "spectral_norm"}}
    methods["GP"] = {"method.regularisers.gradient_penalty": {"kind": "gradient_penalty"}}
    description = project.planned(methods=methods, pairs=["Pack", "SN"], seeds=1)
    assert description["variants"] == ["Pack", "SN", "GP", "Pack + SN"]
    both = project.spec(description["rows"][-1]["run_id"]).method
    assert (both.judge.kind, both.regularisers.spectral_norm is not None) == ("packed", True)
    scales = {"quick": {"note": "n"}}
    assert project.planned(methods=methods, pairs=["SN", "GP"], seeds=1, scales=scales)["variants"][-1] == "SN + GP"


def test_a_pair_can_be_excluded_by_its_label(project: Any) -> None:
    methods = {
        "Pack": {"method.judge": {"kind": "packed", "size": 2}},
        "SN": {"method.regularisers.spectral_norm": {"kind": "spectral_norm"}},
    }
    description = project.planned(methods=methods, pairs=["Pack", "SN"], exclude=[{"method": "Pack + SN"}])
    assert description["variants"] == ["Pack", "SN"]
