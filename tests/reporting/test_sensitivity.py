from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.figures import Failure
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import FigureRequest
from ganpipe.reporting.sensitivity import Bin, binned, failed, lines, pooled

RATE = {"field": "training.learning_rate", "label": "learning rate", "values": [0.1, 0.2, 0.4, 0.8, 1.0, 1.5, 3.0]}
RATIO = {"field": "updates", "label": "updates", "values": [1, 2]}
REQUEST = FigureRequest(kind="sensitivity", file="s", metric="modes", x=RATE["field"], panels="updates")
FAILURES = {"saturated": Failure(metric="reverse_kl", above=5.0), "collapsed": Failure(metric="modes", below=2.0)}


def point(level: float, *values: float, planned: int | None = None, lazy: int = 0) -> Bin:
    return Bin((level,), len(values) if planned is None else planned, np.array(values), {"lazy": lazy})


def test_bins_hold_as_equal_numbers_of_levels_as_possible() -> None:
    points = [point(level, 10 * level) for level in (7, 3, 1, 6, 2, 5, 4)]
    assert [part.levels for part in binned(points, 3)] == [(1, 2, 3), (4, 5), (6, 7)]
    assert [part.levels for part in binned(points, 5)] == [(1, 2), (3, 4), (5,), (6,), (7,)]
    assert [part.levels for part in binned(points, 20)] == [(level,) for level in range(1, 8)]
    assert [part.mean for part in binned(points, 3)] == [20, 45, 65]
    assert [part.centre for part in binned(points, 3)] == [2, 4.5, 6.5]


def test_points_at_one_level_are_never_parted() -> None:
    parts = binned([point(1, 4.0), point(2, 0.0), point(1, 6.0)], 2)
    assert [(part.levels, part.planned, part.mean) for part in parts] == [((1,), 2, 5.0), ((2,), 1, 0.0)]


def test_what_is_pooled_adds_up() -> None:
    whole = pooled([point(2, 1.0, 5.0, planned=3, lazy=1), point(1, 6.0, lazy=1), point(3, planned=2)])
    assert (whole.levels, whole.planned, whole.lost, whole.failures) == ((1, 2, 3), 6, 3, {"lazy": 2})
    assert whole.mean == pytest.approx(4.0)
    # Squares of -3, 1 and 2 over n - 1.
    assert whole.spread == pytest.approx(np.sqrt(14 / 2))


def test_few_values_have_no_spread_and_none_have_no_mean() -> None:
    assert (point(1, 3.0).mean, point(1, 3.0).spread) == (3.0, None)
    assert (point(1, planned=4).mean, point(1, planned=4).lost) == (None, 4)


@pytest.mark.parametrize(
    ("measured", "kind"),
    [
        ({"reverse_kl": 5.1, "modes": 8.0}, "saturated"),
        ({"reverse_kl": 5.1, "modes": 1.0}, "saturated"),
        ({"reverse_kl": 5.0, "modes": 1.9}, "collapsed"),
        ({"reverse_kl": 5.0, "modes": 2.0}, None),
        ({"modes": 1.0}, "collapsed"),
        ({}, None),
    ],
)
def test_a_run_counts_under_the_first_failure_that_fits(measured: dict[str, float], kind: str | None) -> None:
    assert failed(measured, FAILURES) == kind


def value(dataset: str, variant: str, metric: str, seed: int) -> float | None:
    """Modes e^seed at a ratio of 1; at 2 the divergence is beyond its limit, and one run of each level is lost."""
    _, rate, ratio = variant.split()
    if ratio == "2" and seed == 2:
        return None
    if metric == "reverse_kl":
        return 9.0 if ratio == "2" else 0.1
    return float(np.exp(seed)) + (100 if rate == "3.0" else 0)


def test_lines_of_an_experiment(study: Any) -> None:
    experiment = study.plan(**study.grid([RATE, RATIO]))
    cells = Cells(experiment, study.measure(experiment, value))
    request = REQUEST.model_copy(update={"failures": FAILURES, "log": True})
    one, two = lines(experiment, cells, request, experiment.metrics[0])
    assert [(line.dataset, line.panel, line.method) for line in (one, two)] == [
        ("ring8_pacgan", 1, "GAN"),
        ("ring8_pacgan", 2, "GAN"),
    ]
    assert [point.levels for point in one.points] == [(level,) for level in RATE["values"]]
    # Logarithms are taken before means: ln e^0, e^1, e^2, and not the logarithm of their mean.
    assert one.bins[0].mean == pytest.approx(1.0)
    assert one.bins[0].spread == pytest.approx(np.std([0, 1, 2, 0, 1, 2], ddof=1))
    assert one.bins[-1].mean == pytest.approx(np.mean(np.log(100 + np.exp([0, 1, 2]))))
    # The lowest seed of each level finds one mode, but for the level with a hundred more.
    assert one.whole.failures == {"saturated": 0, "collapsed": 6}
    assert two.whole.failures == {"saturated": 14, "collapsed": 0}
    assert (one.whole.planned, one.whole.lost, two.whole.lost) == (21, 0, 7)
    assert (one.best, two.best) == pytest.approx((100 + np.e**2, 100 + np.e))


def test_the_best_of_a_divergence_is_the_lowest(study: Any) -> None:
    experiment = study.plan(**study.grid([RATE, RATIO]))
    cells = Cells(experiment, study.measure(experiment, value))
    (line,) = lines(experiment, cells, REQUEST.model_copy(update={"panels": None}), experiment.metrics[1])
    assert (line.panel, line.best, line.whole.planned) == (None, 0.1, 42)


def test_values_are_in_printed_units(study: Any) -> None:
    column = {"metric": "high_quality_fraction", "protocol": "mixture-2500", "primary": True}
    experiment = study.plan(**study.grid([RATE, RATIO]), metrics=[column])
    cells = Cells(experiment, study.measure(experiment, lambda *_: 0.5))
    request = REQUEST.model_copy(update={"metric": "high_quality_fraction"})
    assert {line.whole.mean for line in lines(experiment, cells, request, experiment.metrics[0])} == {50.0}


def test_what_a_dataset_is_not_measured_by_is_no_failure_there(study: Any) -> None:
    experiment = study.plan(**study.grid([RATE, RATIO]))
    cells = Cells(experiment, study.measure(experiment, value))
    elsewhere = {"blurred": Failure(metric="fid", above=100.0), **FAILURES}
    one, _ = lines(experiment, cells, REQUEST.model_copy(update={"failures": elsewhere}), experiment.metrics[0])
    assert one.whole.failures == {"blurred": 0, "saturated": 0, "collapsed": 6}


def test_what_has_no_logarithm_is_refused(study: Any) -> None:
    experiment = study.plan(**study.grid([RATE, RATIO]))
    cells = Cells(experiment, study.measure(experiment, lambda *_: -0.25))
    with pytest.raises(GanpipeError, match=r"tiny: figure s: log: modes is -0\.25 in a run, which has no logarithm"):
        lines(experiment, cells, REQUEST.model_copy(update={"log": True}), experiment.metrics[0])
