from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ganpipe.statistics import Estimate, bootstrap_interval, estimate, marginal_effect, standing_apart


def test_mean_and_standard_error_are_those_of_the_textbook() -> None:
    values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]
    known = estimate(values)
    assert known is not None
    assert known.count == 8
    assert known.mean == 5.0
    assert known.standard_error == pytest.approx(stats.sem(values))
    assert known.interval is not None
    low, high = known.interval
    assert 2.0 < low < 5.0 < high < 9.0


def test_no_value_one_value_and_equal_values() -> None:
    assert estimate([]) is None
    assert estimate([3.5]) == Estimate(1, 3.5, None, None)
    assert estimate([0.1, 0.1, 0.1]) == Estimate(3, 0.1, 0.0, (0.1, 0.1))
    assert estimate([0.5, 0.5 + 1e-16, 0.3 + 0.2]) == Estimate(3, 0.5, 0.0, (0.5, 0.5))
    assert estimate([0.0, 0.0]) == Estimate(2, 0.0, 0.0, (0.0, 0.0))


def test_two_values_span_their_interval() -> None:
    known = estimate([1.0, 2.0])
    assert known is not None
    assert known.interval == (1.0, 2.0)


def test_the_last_bit_of_a_value_does_not_move_an_interval() -> None:
    low, high = bootstrap_interval(np.array([0.7, 0.8, 0.9]))
    for sample in ([0.7, 0.7999999999999999, 0.8999999999999999], [0.7000000000000001, 0.8, 0.9], [0.9, 0.7, 0.8]):
        assert bootstrap_interval(np.array(sample)) == pytest.approx((low, high), abs=1e-9)


def test_an_interval_of_a_mean_lies_within_its_sample() -> None:
    for sample in ([0.0, 1.0, 2.0], [0.1, 0.3, 0.3], [-1.0, 0.0, 0.0, 0.0]):
        low, high = bootstrap_interval(np.array(sample))
        assert min(sample) <= low <= high <= max(sample)


def test_an_interval_moves_and_stretches_with_its_sample() -> None:
    sample = np.array([1.0, 2.0, 5.0, 5.5])
    low, high = bootstrap_interval(sample)
    assert bootstrap_interval(1000 * sample - 7) == pytest.approx((1000 * low - 7, 1000 * high - 7))


def test_an_interval_is_the_same_each_time() -> None:
    sample = np.array([1.0, 2.5, 2.0, 7.0])
    assert bootstrap_interval(sample) == bootstrap_interval(sample)


def test_bca_leans_towards_the_long_tail() -> None:
    sample = np.random.default_rng(3).lognormal(sigma=1.2, size=30)
    low, high = bootstrap_interval(sample)
    rng = np.random.default_rng(4)
    means = rng.choice(sample, size=(20_000, 30)).mean(axis=1)
    plain_low, plain_high = np.quantile(means, [0.025, 0.975])
    assert low > plain_low
    assert high > plain_high


def test_percentiles_stand_in_where_bca_is_undefined(monkeypatch: pytest.MonkeyPatch) -> None:
    class Result:
        confidence_interval = (np.nan, np.nan)
        bootstrap_distribution = np.linspace(-1, 1, 1001)

    monkeypatch.setattr(stats, "bootstrap", lambda *args, **kwargs: Result())
    sample = np.array([1.0, 3.0])  # mean 2, standard deviation 1
    assert bootstrap_interval(sample) == pytest.approx((2 - 0.95, 2 + 0.95))


@pytest.mark.parametrize(
    ("ceiling", "fallen", "higher"),
    [
        ([8.0] * 10, [8.0] * 9 + [7.0], True),
        ([8.0] * 5, [8.0] * 4 + [7.8], True),
        ([1000.0] * 10, [1000.0] * 9 + [999.0], True),
        ([0.0] * 10, [0.0] * 9 + [1.0], False),
    ],
)
def test_an_interval_that_reaches_the_best_value_touches_one_that_is_nothing_else(
    ceiling: list[float], fallen: list[float], higher: bool
) -> None:
    # In standardised values, which are rounded, each of these ends a last digit short of it.
    assert bootstrap_interval(np.array(fallen))[1 if higher else 0] == ceiling[0]
    assert standing_apart([estimate(ceiling), estimate(fallen)], [True, True], higher=higher) is None


@pytest.mark.parametrize(("seeds", "expected"), [(2, 0.50), (3, 0.71), (5, 0.84), (10, 0.90)])
def test_coverage_on_normal_data_is_what_the_tables_say(seeds: int, expected: float) -> None:
    rng = np.random.default_rng(seeds)
    intervals = [bootstrap_interval(rng.normal(size=seeds), resamples=1999) for _ in range(400)]
    covered = np.mean([low <= 0 <= high for low, high in intervals])
    assert covered == pytest.approx(expected, abs=0.05)


def test_a_marginal_effect_counts_every_cell_once() -> None:
    known = marginal_effect([[1.0, 3.0], [10.0, 10.0, 10.0, 14.0], []])
    assert known is not None
    assert known.count == 6
    assert known.mean == pytest.approx((2.0 + 11.0) / 2)
    variance = (np.var([1, 3], ddof=1) / 2 + np.var([10, 10, 10, 14], ddof=1) / 4) / 4
    assert known.standard_error == pytest.approx(np.sqrt(variance))


def test_a_marginal_effect_resamples_seeds_and_not_cells() -> None:
    # Cells far apart and seeds close together: resampling cells would give an interval of width 100.
    known = marginal_effect([[0.0, 0.2], [100.0, 100.2]])
    assert known is not None
    assert known.interval == pytest.approx((50.0, 50.2))


def test_a_marginal_interval_covers_normal_data() -> None:
    rng = np.random.default_rng(0)
    covered = []
    for _ in range(100):
        known = marginal_effect(list(rng.normal(size=(6, 10))))
        assert known is not None
        assert known.interval is not None
        covered.append(known.interval[0] <= 0 <= known.interval[1])
    assert np.mean(covered) == pytest.approx(0.93, abs=0.05)


def test_nothing_is_known_of_the_spread_of_single_seeds() -> None:
    assert marginal_effect([[1.0], [2.0, 3.0]]) == Estimate(3, 1.75, None, None)
    assert marginal_effect([[], []]) is None


def around(mean: float, half: float, count: int = 5) -> Estimate:
    return Estimate(count, mean, half / 2, (mean - half, mean + half))


def test_the_best_stands_apart_when_its_interval_is_clear_of_all_others() -> None:
    whole = [True, True, True]
    clear = [around(5, 1), around(8, 0.5), around(7, 0.4)]
    assert standing_apart(clear, whole, higher=True) == 1
    assert standing_apart(clear, whole, higher=False) == 0
    assert standing_apart([around(5, 1), around(8, 0.5), around(7, 0.6)], whole, higher=True) is None


def test_ties_lost_runs_few_seeds_and_lone_methods_never_stand_apart() -> None:
    tie = [around(8, 0), around(8, 0)]
    assert standing_apart(tie, [True, True], higher=True) is None
    assert standing_apart([around(5, 1), around(9, 1)], [True, False], higher=True) is None
    assert standing_apart([around(5, 1), around(9, 1, count=4)], [True, True], higher=True) is None
    assert standing_apart([around(5, 1), None], [True, True], higher=True) is None


def test_a_method_that_lost_runs_must_still_be_beaten() -> None:
    flattered, whole = around(9, 1), around(5, 1)
    assert standing_apart([flattered, whole], [False, True], higher=True) is None


def test_equal_methods_rarely_stand_apart() -> None:
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(200):
        estimates = [Estimate(5, x.mean(), 0, bootstrap_interval(x, resamples=299)) for x in rng.normal(size=(2, 5))]
        found += standing_apart(estimates, [True, True], higher=True) is not None
    assert found / 200 < 0.12
