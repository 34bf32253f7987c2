from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

REQUEST = FigureRequest(kind="comparison", file="comparison")


def test_means_intervals_seeds_reported_and_floor_are_where_the_numbers_are(study: Any, scores: Any) -> None:
    experiment = study.plan(reported=[study.reported("ALI", "modes", 5.5), study.reported("GAN", "modes", 7.2)])
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    modes, divergence = figure.axes
    assert [label.get_text() for label in modes.get_yticklabels()] == ["GAN", "PacGAN2", "ALI"]
    dots = [np.asarray(points.get_offsets()) for points in modes.collections]
    assert dots[0][:, 0].tolist() == [6.0, 6.5, 7.0]
    assert len(set(dots[1][:, 1])) == 3  # equal values do not hide each other
    diamonds = [line.get_xdata()[0] for line in modes.lines if line.get_marker() == "D"]
    assert diamonds == [7.2, 5.5]
    means = [line.get_xdata()[0] for line in modes.lines if line.get_marker() == "o"]
    assert means == [6.5, 8.0]
    assert divergence.lines[-1].get_xdata() == pytest.approx([0.0014, 0.0014])


def test_an_axis_is_logarithmic_where_values_span_decades_whatever_the_ideal_sampler_scores(
    study: Any, scores: Any
) -> None:
    experiment = study.plan()
    figure = draw(REQUEST, experiment, study.measure(experiment, scores), study.results)
    assert [axes.get_xscale() for axes in figure.axes] == ["linear", "linear"]  # 0.01 to 0.7, and 0.0014
    assert figure.axes[0].get_xlabel() == "Modes\nhigher is better"

    def wide(*cell: Any) -> float:
        return float(scores(*cell)) * (10 if cell[1] == "GAN" else 1)

    figure = draw(REQUEST, experiment, study.measure(experiment, wide), study.results)
    assert [axes.get_xscale() for axes in figure.axes] == ["linear", "log"]


def test_lost_runs_are_counted(study: Any, scores: Any) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, lambda *cell: None if cell[1::2] == ("GAN", 1) else scores(*cell))
    figure = draw(REQUEST, experiment, metrics, study.results)
    assert [text.get_text() for text in figure.axes[0].texts] == ["2/3"]
    assert any("4/5: runs that have a value" in " ".join(text.get_text().split()) for text in figure.texts)
