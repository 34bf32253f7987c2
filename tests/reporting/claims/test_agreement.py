from __future__ import annotations

from typing import Any

import pytest

VALUES = {"A": [0.1, 0.2], "B": [0.3, 0.4], "C": [0.5, 0.6], "D": [0.7, 0.8]}


def agreement(trial: Any, reported: dict[str, float], values: Any = VALUES, **changes: dict[str, Any]) -> Any:
    numbers = [
        trial.study.reported(label, "reverse_kl", value, **changes.get(label, {})) for label, value in reported.items()
    ]
    return trial.judged(values, reported=numbers).agreements


@pytest.mark.parametrize(
    ("reported", "tau"),
    [
        ({"A": 1.0, "B": 2.0, "C": 3.0, "D": 4.0}, 1.0),
        ({"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0}, -1.0),
        ({"A": 1.0, "B": 2.0, "C": 4.0, "D": 3.0}, 4 / 6),
        ({"A": 1.0, "B": 1.0, "C": 3.0, "D": 4.0}, 5 / (6 * 5) ** 0.5),  # tau-b with one tie
        ({"A": 1.0, "B": 1.0}, None),
    ],
)
def test_tau(trial: Any, reported: dict[str, float], tau: float | None) -> None:
    (found,) = agreement(trial, reported)
    assert found.tau == (None if tau is None else pytest.approx(tau))


def test_rows_come_in_the_papers_order_and_ties_together(trial: Any) -> None:
    (found,) = agreement(trial, {"A": 2.0, "B": 2.0, "C": 1.0, "elsewhere": 0.5})
    assert found.order == (("C",), ("A", "B"))


def test_recalled_and_copied_numbers_are_left_out(trial: Any) -> None:
    reported = {"A": 1.0, "B": 2.0, "C": 0.1, "D": 0.2}
    changes = {"C": {"copied_from": "VEEGAN Table 2"}, "D": {"confidence": "recalled"}}
    (found,) = agreement(trial, reported, **changes)
    assert (found.order, found.tau, found.left_out) == ((("A",), ("B",)), pytest.approx(1.0), ("C", "D"))
    assert agreement(trial, {"A": 1.0, "D": 0.2}, **changes) == ()


def test_rows_that_the_protocol_does_not_fit_are_no_part_of_it(trial: Any) -> None:
    rows = [trial.study.row(label, 0) for label in "AB"] + [trial.study.row("C", 0, evaluations={"modes-10k": "e"})]
    columns = [{"metric": "reverse_kl", "protocol": protocol} for protocol in ("mixture-2500", "modes-10k")]
    numbers = [trial.study.reported(label, "reverse_kl", value) for label, value in zip("ABC", (1, 2, 3), strict=True)]
    values = {label: VALUES[label][:1] for label in "ABC"}
    (found,) = trial.judged(values, reported=numbers, rows=rows, metrics=columns).agreements
    assert found.order == (("A",), ("B",))


def test_lost_runs_pull_a_row_down(trial: Any) -> None:
    values = {"A": [0.1, None, None], "B": [0.2, 0.3, 0.4]}
    (found,) = agreement(trial, {"A": 1.0, "B": 2.0}, values)
    assert found.tau == pytest.approx(-1.0)


def test_more_modes_stand_higher(trial: Any) -> None:
    numbers = [trial.study.reported(label, "modes", value) for label, value in (("A", 7.0), ("D", 8.0))]
    (found,) = trial.judged(VALUES, reported=numbers).agreements
    assert (found.order, found.tau) == ((("D",), ("A",)), pytest.approx(1.0))
