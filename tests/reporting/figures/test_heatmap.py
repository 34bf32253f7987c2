from __future__ import annotations

from typing import Any

import pytest

from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw

AXES = [{"field": "a", "label": "rate", "values": [1, 2]}, {"field": "b", "label": "loss", "values": ["x", "y"]}]


def annotations(figure: Any) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
    if variant == "GAN 2 x" or (variant == "GAN 1 y" and seed == 0):
        return None
    return {"GAN 1 x": 1.0, "GAN 1 y": 2.5, "GAN 2 y": 4.0}[variant] + 0.2 * seed


def test_fields_are_means_and_say_what_they_lack(study: Any) -> None:
    experiment = study.plan(**study.grid(AXES))
    request = FigureRequest(kind="heatmap", file="h", metric="modes", x="a", y="b")
    figure = draw(request, experiment, study.measure(experiment, value), study.results)
    assert annotations(figure) == ["1.2", "2.8\n2/3 runs", "4.2", "0/3"]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["x", "y"]


def test_axes_that_are_not_shown_are_averaged_over(study: Any) -> None:
    changes = study.grid(AXES)
    third = {"field": "c", "label": "pack", "values": [1]}
    rows = [row | {"axes": row["axes"] | {"c": 1}} for row in changes["rows"]]
    experiment = study.plan(**changes | {"axes": [*AXES, third], "rows": rows})
    request = FigureRequest(kind="heatmap", file="h", metric="modes", x="a", y="c")
    figure = draw(request, experiment, study.measure(experiment, value), study.results)
    assert annotations(figure) == ["2.0\n5/6 runs", "4.2\n3/6 runs"]
    assert any("mean over seeds and loss" in text.get_text() for text in figure.texts)


@pytest.mark.parametrize("metric", ["modes", "reverse_kl"])
def test_darker_is_better(study: Any, metric: str) -> None:
    experiment = study.plan(**study.grid(AXES))
    request = FigureRequest(kind="heatmap", file="h", metric=metric, x="a", y="b")
    figure = draw(request, experiment, study.measure(experiment, value), study.results)
    mesh = figure.axes[0].collections[0]
    figure.canvas.draw()
    low, high = (sum(mesh.get_cmap()(mesh.norm(number))[:3]) for number in (1.2, 4.2))
    assert (low > high) == (metric == "modes")
