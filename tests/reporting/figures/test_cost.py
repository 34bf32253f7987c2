from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import cost, draw, theme
from ganpipe.reporting.figures.cost import Point, cheapest_best
from ganpipe.reporting.figures.runs import open_run

REQUEST = FigureRequest(kind="cost", file="c", metric="modes")


def points(axes: Any) -> list[tuple[float, float]]:
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "o"]


def test_a_point_stands_at_what_its_run_cost(study: Any, scores: Any, generated_runs: Any) -> None:
    experiment = study.plan()
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    passed, seconds = figure.axes
    # GAN's steps cost 2 + 3 batches: 200 steps of 10.
    assert points(passed) == [(200 * 10 * 5, 6.5), (200 * 10 * 5, 8.0)]
    # Seeds 0, 1 and 2 took 10, 11 and 14 seconds; a point has the median.
    assert points(seconds) == [(11.0, 6.5), (11.0, 8.0)]
    assert passed.get_xlabel() == "Samples through generator and discriminator"


def test_a_pair_wears_the_colours_of_both_its_rows(study: Any, scores: Any, generated_runs: Any) -> None:
    rows = ["GAN", "A", "B", "A + B"]
    planned = [study.row(row, seed) for row in rows for seed in (0, 1, 2)]
    experiment = study.plan(variants=rows, rows=planned, paper=None)
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    marks = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    halves = [(line.get_markerfacecolor(), line.get_markerfacecoloralt()) for line in marks]
    first, second = theme.PALETTE[:2]
    assert halves == [(cost.OPEN, cost.OPEN), (first, first), (second, second), (first, second)]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["GAN", "A", "B", "two together"]


@pytest.mark.parametrize(("higher", "expected"), [(True, ["a", "c"]), (False, ["b", "d"])])
def test_the_front_is_what_nothing_beats_for_less(higher: bool, expected: list[str]) -> None:
    made = [("d", 3.0, 0.0), ("a", 1.0, 5.0), ("b", 1.0, 4.0), ("c", 2.0, 6.0), ("e", 4.0, 5.5)]
    given = [Point(name, {"seconds": price}, mean, None) for name, price, mean in made]
    assert [point.variant for point in cheapest_best(given, "seconds", higher=higher)] == expected


def test_the_line_goes_through_the_front_and_names_it(
    study: Any, generated_runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes, seconds = {"GAN": 6.0, "PacGAN2": 8.0, "MD": 7.0}, {"GAN": 5.0, "PacGAN2": 9.0, "MD": 12.0}
    planned = [study.row(variant, 0) for variant in modes]
    experiment = study.plan(variants=list(modes), rows=planned, seeds=[0])
    metrics = study.measure(experiment, lambda _dataset, variant, _metric, _seed: modes[variant])
    monkeypatch.setattr(cost, "prices", lambda runs, _results: {"passes": 1.0, "seconds": seconds[runs[0].variant]})
    axes = draw(REQUEST, experiment, metrics, study.results).axes[1]
    (front,) = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    assert np.column_stack(front.get_data()).tolist() == [[5.0, 6.0], [9.0, 8.0], [12.0, 8.0]]
    assert [text.get_text() for text in axes.texts] == ["GAN", "PacGAN2"]


def test_names_of_a_crowded_front_stand_clear_of_each_other_and_within_the_panel(
    study: Any, generated_runs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ["GAN", "PacGAN2", "MD"]
    planned = [study.row(variant, 0) for variant in order]
    experiment = study.plan(variants=order, rows=planned, seeds=[0])
    metrics = study.measure(experiment, lambda _dataset, variant, _metric, _seed: 6 + 0.01 * order.index(variant))
    made = {variant: {"passes": 100.0 + place, "seconds": 9.0} for place, variant in enumerate(order)}
    monkeypatch.setattr(cost, "prices", lambda runs, _results: made[runs[0].variant])
    figure = draw(REQUEST, experiment, metrics, study.results)
    figure.draw_without_rendering()
    axes = figure.axes[0]
    boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) == 3
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert all(box.x0 >= axes.bbox.x0 for box in boxes)


def test_a_row_that_lost_runs_says_so_costs_what_the_others_did_and_is_not_the_best(
    study: Any, scores: Any, generated_runs: Any
) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, lambda *cell: None if cell[1::2] == ("PacGAN2", 1) else scores(*cell))
    for run in experiment.rows:
        made = open_run(study.results, run.run_id)
        if (run.variant, run.seed) == ("PacGAN2", 1):
            made.status, made.result = "diverged", {"train_seconds": 0.1}
    figure = draw(REQUEST, experiment, metrics, study.results)
    axes = figure.axes[1]
    assert points(axes) == [(11.0, 6.5), (12.0, 8.0)]
    assert [text.get_text() for text in axes.texts] == ["2/3", "GAN"]
    assert any("4/5: runs that have a value" in " ".join(text.get_text().split()) for text in figure.texts)
