from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from ganpipe.evaluation.estimators.collisions import calibrated_threshold, closest_pairs, cosines, wilson_interval


def test_closest_pairs_agree_with_plain_loops() -> None:
    images = np.random.default_rng(0).standard_normal((30, 12)).astype(np.float32)
    all_pairs = sorted((float(np.sum((images[i] - images[j]) ** 2)), i, j) for i in range(30) for j in range(i + 1, 30))
    assert closest_pairs(images, 20).tolist() == [[i, j] for _, i, j in all_pairs[:20]]
    assert len(closest_pairs(images[:4], 20)) == 6


def test_planted_duplicates_are_the_closest_pairs() -> None:
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (200, 64)).astype(np.float32)
    images[150] = images[10] + 1e-4 * rng.standard_normal(64)
    images[60] = images[199]
    assert {tuple(pair) for pair in closest_pairs(images, 2).tolist()} == {(10, 150), (60, 199)}


def test_cosines_of_known_vectors() -> None:
    first = np.array([[1.0, 0.0], [1.0, 1.0], [3.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.1, 0.7]])
    second = np.array([[0.0, 2.0], [-1.0, -1.0], [5.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.1, 0.7]])
    assert cosines(first, second).tolist() == pytest.approx([0, -1, 1, 1, 0, 1])
    assert cosines(first, second)[5] == 1.0


def test_the_threshold_is_the_smallest_order_statistic_that_keeps_the_promise() -> None:
    values = np.random.default_rng(0).permutation(99) / 100
    assert calibrated_threshold(values, 0.05) == 0.94  # the 95th of 99
    assert calibrated_threshold(values[:19], 0.05) == values[:19].max()
    with pytest.raises(ValueError, match="18 batches cannot calibrate"):
        calibrated_threshold(values[:18], 0.05)


@pytest.mark.parametrize("batches", [19, 50, 99])
def test_false_alarms_stay_at_their_rate_whatever_the_distribution(batches: int) -> None:
    """Over calibrations, a new real batch exceeds the threshold in at most 5 %, and not far below that."""
    rng, trials = np.random.default_rng(0), 8000
    alarms = 0
    for _ in range(trials):
        similarities = rng.beta(8, 0.5, batches + 1)
        alarms += bool(similarities[-1] > calibrated_threshold(similarities[:-1], 0.05))
    assert alarms / trials <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / trials)
    assert alarms / trials >= 0.5 * 0.05


@pytest.mark.parametrize(("successes", "trials"), [(0, 20), (3, 20), (20, 20), (51, 100)])
def test_wilson_intervals_are_those_of_scipy(successes: int, trials: int) -> None:
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-6)
