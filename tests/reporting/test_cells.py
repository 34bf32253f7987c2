from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganpipe.evaluation.metrics import METRICS
from ganpipe.reporting.cells import Cells, beyond_ideal
from ganpipe.statistics import estimate


def test_a_cell_holds_its_values_by_seed_and_counts_what_is_missing(study: Any, scores: Any) -> None:
    def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
        if variant == "GAN" and seed == 1:
            return None
        return float("inf") if variant == "GAN" and seed == 2 else scores(dataset, variant, metric, seed)

    experiment = study.plan()
    cells = Cells(experiment, study.measure(experiment, value))
    cell = cells.headline("ring8_pacgan", "GAN", experiment.metrics[0])
    assert (cell.planned, cell.diverged, cell.undefined) == (3, 1, 1)
    assert cell.seeds.tolist() == [0]
    assert cell.values.tolist() == [6.0]
    assert cells.any_lost
    whole = cells.headline("ring8_pacgan", "PacGAN2", experiment.metrics[1])
    assert (whole.planned, whole.diverged, whole.undefined) == (3, 0, 0)
    assert whole.values == pytest.approx([0.01, 0.012, 0.014])
    assert whole.floor == 0.0014


def test_what_was_not_run_is_an_empty_cell(study: Any, scores: Any) -> None:
    experiment = study.plan()
    cell = Cells(experiment, study.measure(experiment, scores)).headline("ring8_pacgan", "ALI", experiment.metrics[0])
    assert (cell.planned, cell.values.size, cell.estimate) == (0, 0, None)


def test_a_curve_has_a_row_a_step_and_a_column_a_seed(study: Any, scores: Any) -> None:
    experiment = study.plan()
    metrics = study.measure(experiment, scores, steps=(100, 200))
    metrics = metrics[~((metrics["step"] == 200) & (metrics["seed"] == 1)).fillna(False)]
    curve = Cells(experiment, metrics).curve("ring8_pacgan", "GAN", experiment.metrics[0])
    assert curve is not None
    assert curve.steps.tolist() == [100, 200]
    np.testing.assert_allclose(curve.values, [[9.0, 9.75, 10.5], [6.0, np.nan, 7.0]])


def test_a_protocol_without_snapshots_has_no_curve(study: Any, scores: Any) -> None:
    experiment = study.plan()
    assert (
        Cells(experiment, study.measure(experiment, scores)).curve("ring8_pacgan", "GAN", experiment.metrics[0]) is None
    )


def test_samples_and_floors_belong_to_protocols(study: Any, scores: Any) -> None:
    experiment = study.plan()
    cells = Cells(experiment, study.measure(experiment, lambda *cell: None if cell[3] == 0 else scores(*cell)))
    assert cells.samples == {"mixture-2500": (2500, 2500)}  # a diverged run drew none
    assert [cells.floor("ring8_pacgan", column) for column in experiment.metrics] == [None, 0.0014]


def test_cells_are_found_by_level(study: Any, scores: Any) -> None:
    axes = [{"field": "a", "label": "a", "values": [1, 2]}, {"field": "b", "label": "b", "values": ["x", "y", "z"]}]
    experiment = study.plan(**study.grid(axes))
    cells = Cells(experiment, study.measure(experiment, scores))
    column = experiment.metrics[0]
    assert len(cells.at("ring8_pacgan", column, {"a": 1})) == 3
    assert len(cells.at("ring8_pacgan", column, {"b": "y"})) == 2
    assert len(cells.at("ring8_pacgan", column, {"a": 2, "b": "z", "method": "GAN"})) == 1
    assert cells.at("ring8_pacgan", column, {"a": 3}) == []


@pytest.mark.parametrize(
    ("metric", "values", "ideal", "expected"),
    [
        ("reverse_kl", [-0.1, -0.2], 0.001, True),
        ("reverse_kl", [0.0006, 0.0007], 0.0014, False),  # equal as printed
        ("modes", [8.2, 8.3], 8.0, True),
        ("modes", [7.9, 8.3], 8.0, False),
        ("collision_rate", [0.0, 0.0], 0.05, False),  # new images score 5 % at most
        ("reverse_kl", [-0.1], 0.001, False),
        ("reverse_kl", [-0.1, -0.2], None, False),
    ],
)
def test_beyond_the_ideal_sampler_is_a_whole_interval_as_printed(
    metric: str, values: list[float], ideal: float | None, expected: bool
) -> None:
    assert beyond_ideal(estimate(values), ideal, METRICS[metric]) is expected
