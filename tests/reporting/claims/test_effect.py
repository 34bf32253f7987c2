from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from ganpipe.reporting.claims.effect import difference, superiority


def test_superiority_counts_pairs_and_half_of_the_ties() -> None:
    effect = superiority(np.array([1.0, 2.0, 3.0]), np.array([0.0, 2.0]))
    # 1 > 0; 2 > 0 and ties with 2; 3 beats both.
    assert effect.value == pytest.approx((1 + 1.5 + 2) / 6)
    reverse = superiority(np.array([0.0, 2.0]), np.array([1.0, 2.0, 3.0]))
    assert effect.value + reverse.value == pytest.approx(1.0)


def test_lost_runs_lose_to_all_and_tie_with_each_other() -> None:
    assert superiority(np.array([-np.inf, -np.inf]), np.array([-5.0, -np.inf])).value == pytest.approx(0.25)


def test_runs_that_do_not_overlap_have_an_interval_without_width() -> None:
    effect = superiority(np.array([3.0, 4.0]), np.array([1.0, 2.0]))
    assert effect.interval == (1.0, 1.0)


def test_a_single_run_has_no_interval() -> None:
    assert superiority(np.array([3.0]), np.array([1.0, 2.0])).interval is None
    single = difference(np.array([3.0]), np.array([1.0, 2.0]))
    assert single is not None
    assert (single.value, single.interval) == (1.5, None)


def test_nothing_is_known_of_a_row_without_values() -> None:
    assert difference(np.array([]), np.array([1.0, 2.0])) is None


def coverage(effect: float, repeats: int = 60, runs: int = 20) -> tuple[float, float]:
    """How often the intervals of superiority and of the difference hold the truth, for normal run values."""
    rng = np.random.default_rng(3)
    truth = float(norm.cdf(effect / np.sqrt(2)))
    held = np.zeros((repeats, 2))
    for repeat in range(repeats):
        first, second = rng.normal(effect, 1.0, runs), rng.normal(0.0, 1.0, runs)
        for place, (found, value) in enumerate(
            [(superiority(first, second), truth), (difference(first, second), effect)]
        ):
            assert found is not None
            assert found.interval is not None
            held[repeat, place] = found.interval[0] <= value <= found.interval[1]
    of_superiority, of_difference = held.mean(axis=0)
    return float(of_superiority), float(of_difference)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    of_superiority, of_difference = coverage(0.5)
    assert 0.83 <= of_superiority <= 0.99
    assert 0.83 <= of_difference <= 0.99


def test_an_interval_is_the_same_each_time() -> None:
    first, second = np.array([1.0, 4.0, 2.0]), np.array([3.0, 0.0, 2.5])
    assert superiority(first, second) == superiority(first, second)
    assert difference(first, second) == difference(first, second)
