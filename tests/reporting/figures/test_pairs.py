from __future__ import annotations

from typing import Any

import pytest
from matplotlib.patches import Rectangle

from ganpipe.errors import GanpipeError
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

REQUEST = FigureRequest(kind="pairs", file="p", metric="modes")
ROWS = ["GAN", "A", "B", "C", "A + B", "C + A"]
MODES = {"GAN": 1.0, "A": 3.0, "B": 2.0, "C": 4.0, "A + B": 7.0, "C + A": 2.0}


def value(dataset: str, variant: str, metric: str, seed: int) -> float:
    return MODES[variant] + 0.1 * seed


def drawn(study: Any, seeds: int = 3, rows: list[str] | None = None, value: Any = value) -> Any:
    rows = ROWS if rows is None else rows
    planned = [study.row(row, seed) for row in rows for seed in range(seeds)]
    experiment = study.plan(variants=rows, seeds=list(range(seeds)), rows=planned, paper=None)
    return draw(REQUEST, experiment, study.measure(experiment, value), study.results)


def patches(axes: Any, *, framed: bool) -> list[tuple[int, int]]:
    found = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    return [(round(patch.get_x()), round(patch.get_y())) for patch in found if patch.get_fill() != framed]


def test_rows_stand_on_the_diagonal_and_pairs_below_whatever_their_order(study: Any) -> None:
    axes = drawn(study).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A", "B", "C"]
    fields = [text.get_text() for text in axes.texts if text.get_position()[0] % 1 == 0.5]
    assert [text for text in fields if text] == ["3.1", "7.1", "2.1", "2.1", "4.1"]


def test_a_pair_without_a_row_is_grey_and_a_row_without_pairs_stands_aside(study: Any) -> None:
    axes = drawn(study).axes[0]
    assert patches(axes, framed=False) == [(1, 2)]
    assert any(text.get_text() == "GAN: 1.1" for text in axes.texts)


def test_a_row_that_stands_aside_says_how_many_runs_it_lost(study: Any) -> None:
    axes = drawn(study, value=lambda *cell: None if cell[1::2] == ("GAN", 1) else value(*cell)).axes[0]
    assert any(text.get_text() == "GAN: 1.1 (2/3)" for text in axes.texts)


def test_a_frame_needs_an_interval_apart_from_both_and_five_seeds(study: Any) -> None:
    assert patches(drawn(study, seeds=3).axes[0], framed=True) == []
    assert patches(drawn(study, seeds=5).axes[0], framed=True) == [(0, 1)]


def test_without_pairs_there_is_no_map(study: Any) -> None:
    with pytest.raises(GanpipeError, match=r"figure p: no row is a pair of others, called A \+ B"):
        drawn(study, rows=["GAN", "A", "B"])
