from __future__ import annotations

from typing import Any

import numpy as np

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

REQUEST = FigureRequest(kind="curves", file="curves")


def test_a_line_is_the_mean_of_the_seeds_at_each_snapshot(study: Any, scores: Any) -> None:
    experiment = study.plan()
    figure = draw(REQUEST, experiment, study.measure(experiment, scores, steps=(100, 200)), study.results)
    line = figure.axes[0].lines[0]
    np.testing.assert_allclose(line.get_xdata(), [100, 200])
    np.testing.assert_allclose(line.get_ydata(), [6.5 * 1.5, 6.5])
    assert figure.axes[0].get_xlabel() == "Training step"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["GAN", "PacGAN2"]


def test_beyond_the_palette_lines_are_coloured_by_what_varies_first(study: Any, scores: Any) -> None:
    axes = [{"field": "a", "label": "rate", "values": [1, 2]}, {"field": "b", "label": "b", "values": list(range(6))}]
    experiment = study.plan(**study.grid(axes))
    figure = draw(REQUEST, experiment, study.measure(experiment, scores, steps=(100, 200)), study.results)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["rate: 1", "rate: 2"]
    assert len({line.get_color() for line in figure.axes[0].lines}) == 2
    assert not figure.axes[0].collections


def test_points_that_some_run_does_not_reach_are_hollow(study: Any, scores: Any) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, scores, steps=(100, 200))
    lost = (metrics["variant"] == "GAN") & (metrics["seed"] == 1) & (metrics["step"] == 200)
    whole = draw(REQUEST, experiment, metrics, study.results)
    figure = draw(REQUEST, experiment, metrics[~lost], study.results)
    hollow = [line for line in figure.axes[0].lines if line.get_markerfacecolor() == "white" and len(line.get_xdata())]
    assert [line.get_xdata().tolist() for line in hollow] == [[200]]
    said = [" ".join(text.get_text() for text in each.texts) for each in (whole, figure)]
    assert ["hollow: not all runs" in " ".join(text.split()) for text in said] == [False, True]
