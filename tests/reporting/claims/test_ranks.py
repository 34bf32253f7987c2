"""The test of a comparison, against enumeration, closed forms and simulated methods."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from ganpipe.reporting.claims.ranks import Scores, Tails, holm, rank_test, smallest_tail


def enumerated(first: Scores, second: Scores) -> Tails:
    """Every assignment of the pooled values, one by one."""
    ranks = rankdata(np.concatenate([first, second]))
    sums = np.array([sum(ranks[list(chosen)]) for chosen in combinations(range(ranks.size), first.size)])
    seen = sum(ranks[: first.size])
    return Tails(float(np.mean(sums >= seen - 1e-9)), float(np.mean(sums <= seen + 1e-9)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ([3.0, 5.0, 7.0], [1.0, 2.0, 4.0, 6.0]),
        ([1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 3.0]),  # ties within and across
        ([-np.inf, 4.0, -np.inf], [-np.inf, 1.0]),  # runs that were lost
        ([1.0], [0.0]),
        ([5.0, 5.0], [5.0, 5.0, 5.0]),
    ],
)
def test_the_distribution_is_that_of_every_assignment(first: list[float], second: list[float]) -> None:
    expected = enumerated(np.array(first), np.array(second))
    found = rank_test(np.array(first), np.array(second))
    assert found.higher == pytest.approx(expected.higher, abs=1e-12)
    assert found.lower == pytest.approx(expected.lower, abs=1e-12)


def test_complete_separation_reaches_the_smallest_p() -> None:
    above = rank_test(np.array([4.0, 5.0, 6.0]), np.array([1.0, 2.0, 3.0]))
    assert above == Tails(1 / 20, 1.0)
    assert smallest_tail(3, 3) == 1 / 20
    assert smallest_tail(2, 5) == 1 / comb(7, 2)
    assert rank_test(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0])) == Tails(1.0, 1 / 20)


def test_seeds_that_all_agree_say_nothing() -> None:
    assert rank_test(np.full(10, 1000.0), np.full(10, 1000.0)) == Tails(1.0, 1.0)


def test_a_lost_run_is_worse_than_any_value_and_no_margin_helps_it() -> None:
    healthy, lost = np.array([0.5, 0.6, 0.7]), np.array([-np.inf, -np.inf, 0.9])
    assert rank_test(healthy, lost).higher == pytest.approx(enumerated(healthy, np.array([0.1, 0.1, 0.9])).higher)
    assert rank_test(np.full(3, -np.inf), healthy, shift=-100.0) == Tails(1.0, 1 / 20)


def test_the_margin_shifts_the_first_and_keeps_exact_ties() -> None:
    first, second = np.array([0.3, 0.3, 0.3]), np.array([0.2, 0.2, 0.2])
    assert rank_test(first, second, 0.05) == Tails(1 / 20, 1.0)
    # 0.3 - 0.1 is not 0.2 in binary; a difference of exactly the margin is a tie nevertheless.
    assert rank_test(first, second, 0.1) == Tails(1.0, 1.0)
    assert rank_test(first, second, 0.15) == Tails(1.0, 1 / 20)


def test_many_runs_are_counted_too() -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(0.4, 1.0, 40), rng.normal(0.0, 1.0, 40)
    # The normal approximation is good to a percent at this size.
    u = float((first[:, None] > second[None, :]).sum())
    z = (u - 0.5 - 800) / np.sqrt(40 * 40 * 81 / 12)
    assert rank_test(first, second).higher == pytest.approx(norm.sf(z), rel=0.02)


def rejections(runs: int, effect: float, *, levels: int | None = None, repeats: int = 2000) -> float:
    """How often two-sided p <= 0.05 for normal run values that differ by ``effect`` standard deviations."""
    rng = np.random.default_rng(runs)
    values = rng.standard_normal((repeats, 2, runs))
    values[:, 0] += effect
    if levels is not None:
        values = np.clip(np.round(values * levels), -levels, levels)
    tails = [rank_test(first, second) for first, second in values]
    return float(np.mean([2 * min(each.higher, each.lower) <= 0.05 for each in tails]))


@pytest.mark.parametrize("levels", [None, 1])
@pytest.mark.parametrize("runs", [3, 5, 10])
def test_without_an_effect_few_tests_are_positive(runs: int, levels: int | None) -> None:
    # Three standard errors of 2,000 repeats at a rate of 5 %.
    assert rejections(runs, 0.0, levels=levels) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 2000)


def test_the_rate_is_not_far_below_its_bound_either() -> None:
    assert rejections(10, 0.0) > 0.03


def test_unequal_spreads_make_it_as_liberal_as_the_docs_say() -> None:
    """docs/claims.md, "What it does not say": seven runs against seven of ten times the spread, equal means."""
    rng = np.random.default_rng(0)
    pooled = rng.standard_normal((40_000, 14)) * np.repeat([1, 10], 7)
    sums = rankdata(pooled, axis=1)[:, :7].sum(axis=1)
    p_of_sum = {}
    for place in np.unique(sums, return_index=True)[1]:
        each = rank_test(pooled[place, :7], pooled[place, 7:])
        p_of_sum[sums[place]] = 2 * min(each.higher, each.lower)
    p = np.array([p_of_sum[each] for each in sums])
    assert np.mean(p <= 0.05) == pytest.approx(0.094, abs=0.005)
    assert np.mean(p <= 0.05 / 30) == pytest.approx(0.010, abs=0.002)
    # Most of these are separated completely, which any test on ranks must call most extreme.
    close, wide = pooled[:, :7], 1e6 * pooled[:, 7:]
    separated = (wide.min(axis=1) > close.max(axis=1)) | (wide.max(axis=1) < close.min(axis=1))
    assert separated.mean() == pytest.approx(2 * 2**-7, abs=0.002)


def test_an_effect_is_found_as_often_as_theory_says() -> None:
    # Two-sided t-test of 2 x 10 at 1.5 standard deviations: power 0.887; ranks reach 95 % of its efficiency.
    assert 0.83 < rejections(10, 1.5) < 0.90


def test_three_seeds_find_nothing_however_large_the_effect() -> None:
    assert rejections(3, 50.0, repeats=20) == 0.0


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02, 0.02], [0.04, 0.04]),
    ],
)
def test_holm(p: list[float], adjusted: list[float]) -> None:
    assert holm(p) == pytest.approx(adjusted)


def test_holm_bounds_the_chance_of_any_false_positive() -> None:
    p = np.random.default_rng(1).uniform(size=(4000, 8))
    assert np.mean([min(holm(list(row))) <= 0.05 for row in p]) == pytest.approx(0.05, abs=0.011)
