from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

AXES = [{"field": "a", "label": "rate", "values": [1, 2]}, {"field": "b", "label": "loss", "values": ["x_y", "z"]}]


def test_a_level_is_averaged_over_everything_else(study: Any) -> None:
    experiment = study.plan(**study.grid(AXES))

    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        rate, loss = variant.split()[1:]
        return None if (rate, loss, seed) == ("2", "z", 0) else 10.0 * int(rate) + (loss == "z") + 0.1 * seed

    request = FigureRequest(kind="marginals", file="marginals")
    figure = draw(request, experiment, study.measure(experiment, value), study.results)
    rate, loss = figure.axes
    means = {axes: [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"] for axes in (rate, loss)}
    np.testing.assert_allclose(means[rate], [(10.1 + 11.1) / 2, (20.1 + 21.15) / 2])
    np.testing.assert_allclose(means[loss], [(10.1 + 20.1) / 2, (11.1 + 21.15) / 2])
    assert [text.get_text() for text in rate.texts] == ["5/6"]
    assert [label.get_text() for label in loss.get_xticklabels()] == ["x y", "z"]
    assert rate.get_xlabel() == "Rate"
    assert rate.get_ylim() == pytest.approx(loss.get_ylim())
