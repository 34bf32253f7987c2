from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.figures import draw
from ganpipe.reporting.figures.theme import PALETTE

RATE = {"field": "training.learning_rate", "label": "learning rate", "values": [1, 10, 1000]}
LOSS = {"field": "method.objective", "label": "objective", "values": ["x", "y"]}
BY_RATE = FigureRequest(kind="lines", file="lines", metric="modes", x="training.learning_rate")
BY_SIZE = FigureRequest(kind="lines", file="lines", metric="modes", x="discriminator_parameters")


def planned(study: Any, *methods: str) -> dict[str, Any]:
    """Every method at each rate with either loss; three seeds."""
    rows = [
        study.row(f"{method} {rate} {loss}", seed, method=method, axes={RATE["field"]: rate, LOSS["field"]: loss})
        for method in methods
        for rate in RATE["values"]
        for loss in LOSS["values"]
        for seed in (0, 1, 2)
    ]
    variants = list(dict.fromkeys(row["variant"] for row in rows))
    return {"axes": [RATE, LOSS], "variants": variants, "rows": rows, "paper": None}


def scored(dataset: str, variant: str, metric: str, seed: int) -> float:
    method, rate, loss = variant.split()
    return float(rate) + 0.5 * (loss == "y") + 0.01 * seed + 3.0 * (method == "MD")


def drawn(axes: Any) -> list[Any]:
    return [line for line in axes.lines if line.get_marker() == "o"]


def test_each_method_has_a_line_over_the_levels_averaged_over_what_is_not_shown(study: Any) -> None:
    experiment = study.plan(**planned(study, "GAN", "MD"))
    figure = draw(BY_RATE, experiment, study.measure(experiment, scored), study.results)
    (axes,) = figure.axes
    gan, md = drawn(axes)
    np.testing.assert_allclose(gan.get_xdata(), [1, 10, 1000])
    np.testing.assert_allclose(gan.get_ydata(), [1.26, 10.26, 1000.26])
    np.testing.assert_allclose(md.get_ydata(), [4.26, 13.26, 1003.26])
    assert (gan.get_color(), md.get_color()) == PALETTE[:2]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["GAN", "MD"]
    assert (axes.get_xlabel(), axes.get_xscale()) == ("Learning rate", "log")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "10", "1000"]


def test_levels_are_in_the_order_of_their_size_and_close_ones_on_a_linear_axis(study: Any) -> None:
    axis = {**RATE, "values": [4, 1, 2]}
    rows = [study.row(f"GAN {rate}", 0, method="GAN", axes={axis["field"]: rate}) for rate in axis["values"]]
    experiment = study.plan(
        axes=[axis], variants=[row["variant"] for row in rows], rows=rows, seeds=[0], figures=[], paper=None
    )
    metrics = study.measure(experiment, lambda _dataset, variant, _metric, _seed: 8.0 - float(variant.split()[1]))
    (axes,) = draw(BY_RATE, experiment, metrics, study.results).axes
    (line,) = drawn(axes)
    assert line.get_xydata().tolist() == [[1, 7], [2, 6], [4, 4]]
    assert axes.get_xscale() == "linear"


def test_a_cell_has_the_interval_of_the_table_and_says_how_many_runs_are_lost(study: Any) -> None:
    experiment = study.plan(**study.grid([RATE, {**LOSS, "values": ["x"]}]))

    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        rate = variant.split()[1]
        return None if rate == "10" or (rate, seed) == ("1", 2) else scored(dataset, variant, metric, seed)

    (axes,) = draw(BY_RATE, experiment, study.measure(experiment, value), study.results).axes
    (line,) = drawn(axes)
    np.testing.assert_allclose(line.get_ydata(), [1.005, np.nan, 1000.01])
    assert [text.get_text() for text in axes.texts] == ["2/3", "0/3"]
    ends = np.concatenate([path.vertices for path in axes.collections[0].get_paths()])
    at_last = ends[ends[:, 0] == 1000][:, 1]
    assert 1000.0 <= at_last.min() < 1000.01 < at_last.max() <= 1000.02


def test_discriminators_are_counted_on_the_runs(study: Any, generated_runs: Any) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, lambda _dataset, variant, _metric, seed: 6.0 + seed + (variant != "GAN"))
    (axes,) = draw(BY_SIZE, experiment, metrics, study.results).axes
    # Two hidden layers of 128 units over points: 2 x 128 + 128 + 128 x 128 + 128 + 128 + 1.
    assert [line.get_xydata().tolist() for line in drawn(axes)] == [[[17025.0, 7.0]], [[17025.0, 8.0]]]
    assert (axes.get_xlabel(), axes.get_xscale()) == ("Discriminator parameters (with\nany encoder)", "log")


def test_along_the_datasets_there_is_one_panel_with_a_floor_for_each(study: Any) -> None:
    names = ["digits_D1", "digits_D2", "digits_D10"]
    rows = [study.row(method, seed, name) for name in names for method in ("GAN", "MD") for seed in (0, 1)]
    experiment = study.plan(datasets=names, variants=["GAN", "MD"], rows=rows, seeds=[0, 1], paper=None)

    def value(dataset: str, variant: str, metric: str, seed: int) -> float:
        return float(dataset.removeprefix("digits_D")) + seed + 3.0 * (variant == "MD")

    metrics = study.measure(experiment, value)
    metrics["floor"] = metrics["dataset"].map(dict(zip(names, (4.0, 3.5, 3.0), strict=True)))
    request = FigureRequest(kind="lines", file="lines", metric="modes", x="dataset")
    figure = draw(request, experiment, metrics, study.results)
    (axes,) = figure.axes
    gan, md = drawn(axes)
    assert gan.get_xydata().tolist() == [[0, 1.5], [1, 2.5], [2, 10.5]]
    assert md.get_ydata().tolist() == [4.5, 5.5, 13.5]
    (floor,) = [line for line in axes.lines if line.get_marker() == "None"]
    assert np.column_stack(floor.get_data()).tolist() == [[0, 4.0], [1, 3.5], [2, 3.0]]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["D1", "D2", "D10"]
    assert axes.get_xlabel() == "Dataset digits_..."


def test_without_a_metric_all_are_shown(study: Any, scores: Any) -> None:
    experiment = study.plan(**study.grid([RATE, LOSS]))
    request = BY_RATE.model_copy(update={"metric": None})
    figure = draw(request, experiment, study.measure(experiment, scores), study.results)
    assert [axes.get_ylabel().split("\n")[0] for axes in figure.axes] == ["Modes", "Reverse KL (nats)"]


@pytest.mark.parametrize(
    ("x", "complaint"),
    [
        ("method.objective", "x: 'method.objective' has levels that are no numbers"),
        ("training.steps", "x: 'training.steps' is not an axis"),
    ],
)
def test_there_is_no_line_along_words(study: Any, scores: Any, x: str, complaint: str) -> None:
    experiment = study.plan(**study.grid([RATE, LOSS]))
    request = FigureRequest(kind="lines", file="lines", metric="modes", x=x)
    with pytest.raises(GanpipeError, match=complaint):
        draw(request, experiment, study.measure(experiment, scores), study.results)
