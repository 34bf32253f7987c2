from __future__ import annotations

import math

import numpy as np
import pytest

from ganpipe.evaluation.estimators.kl import (
    expected_modes,
    forward_kl,
    forward_kl_floor,
    reference_floor,
    reverse_kl,
    reverse_kl_error,
    reverse_kl_floor,
    sampling_floors,
)


def plain_kl(p: list[float], q: list[float]) -> float:
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)


def test_divergences_agree_with_a_plain_loop() -> None:
    generated, reference = np.array([5, 1, 0, 2]), np.array([1.0, 2.0, 3.0, 4.0])
    p, q = [5 / 8, 1 / 8, 0, 2 / 8], [0.1, 0.2, 0.3, 0.4]
    assert reverse_kl(generated, reference) == pytest.approx(plain_kl(p, q), rel=1e-12)
    assert forward_kl(generated, reference) == pytest.approx(plain_kl(q, [5 / 8, 1 / 8, 1e-10, 2 / 8]), rel=1e-12)


@pytest.mark.parametrize("kept", [1, 10, 1000])
def test_collapse_to_k_of_1000_modes_costs_the_logarithm_of_their_ratio(kept: int) -> None:
    generated = np.where(np.arange(1000) < kept, 26, 0)
    assert reverse_kl(generated, np.ones(1000)) == pytest.approx(math.log(1000 / kept), abs=1e-12)


def test_a_mode_that_the_reference_lacks_counts_as_1e_minus_10_and_warns() -> None:
    with pytest.warns(UserWarning, match="1 generated modes are absent"):
        value = reverse_kl(np.array([1, 1]), np.array([7, 0]))
    assert value == pytest.approx(0.5 * math.log(0.5) + 0.5 * math.log(0.5 / 1e-10))


@pytest.mark.parametrize("histogram", [[0, 0], [-1, 2], [math.nan, 1]])
def test_what_is_no_histogram_is_refused(histogram: list[float]) -> None:
    with pytest.raises(ValueError, match="non-negative"):
        reverse_kl(np.array(histogram), np.ones(2))


@pytest.mark.parametrize(("n", "classes"), [(26_000, 1000), (1000, 1000), (2500, 8)])
def test_floors_are_what_ideal_samplers_score(n: int, classes: int) -> None:
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(n, np.full(classes, 1 / classes), size=400)
    for divergence, floor in ((reverse_kl, reverse_kl_floor), (forward_kl, forward_kl_floor)):
        values = [divergence(counts, np.ones(classes)) for counts in drawn]
        tolerance = 4 * np.std(values) / math.sqrt(len(values))
        assert np.mean(values) == pytest.approx(floor(n, classes), abs=tolerance)
    modes = np.count_nonzero(drawn, axis=1)
    assert modes.mean() == pytest.approx(expected_modes(n, classes), abs=4 * modes.std() / math.sqrt(400) + 1e-6)


def test_floor_is_the_textbook_one_to_first_order() -> None:
    assert reverse_kl_floor(1_000_000, 8) == pytest.approx(7 / 2_000_000, rel=1e-4)
    # With few samples a mode the exact value matters: the first order says 0.0500 and 0.0192.
    assert reverse_kl_floor(10_000, 1000) == pytest.approx(0.0509, abs=5e-5)
    assert reverse_kl_floor(26_000, 1000) == pytest.approx(0.0193, abs=5e-5)
    assert expected_modes(10_000, 1000) == pytest.approx(999.955, abs=1e-3)


def test_an_empirical_reference_adds_its_own_floor() -> None:
    rng = np.random.default_rng(1)
    n, reference_n, classes = 20_000, 10_000, 100
    uniform = np.full(classes, 1 / classes)
    values = [reverse_kl(rng.multinomial(n, uniform), rng.multinomial(reference_n, uniform)) for _ in range(400)]
    expected = reverse_kl_floor(n, classes) + reference_floor(classes, reference_n)
    assert np.mean(values) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("reference", [[5, 5, 5000, 5000], [1, 2, 3, 4], [0, 3, 1]])
def test_floors_of_any_reference_are_what_its_own_samples_score(reference: list[int]) -> None:
    rng, counts, n = np.random.default_rng(3), np.array(reference), 2000
    drawn = rng.multinomial(n, counts / counts.sum(), size=2000)
    for divergence, floor in zip((reverse_kl, forward_kl), sampling_floors(n, counts), strict=True):
        values = [divergence(each, counts) for each in drawn]
        assert np.mean(values) == pytest.approx(floor, abs=4 * np.std(values) / math.sqrt(len(values)))


def test_floors_of_a_uniform_reference_are_the_uniform_ones() -> None:
    expected = (reverse_kl_floor(1000, 50), forward_kl_floor(1000, 50))
    assert sampling_floors(1000, np.full(50, 7)) == pytest.approx(expected, rel=1e-12)
    assert sampling_floors(1000, np.array([0, 4])) == (0.0, 0.0)


def test_the_error_takes_a_mode_that_the_reference_lacks_as_the_divergence_does() -> None:
    p, n = np.array([0.9, 0.1]), 100
    # Two values of log(p / q) + 1: their difference is scaled by the standard deviation of a Bernoulli variable.
    difference = math.log(0.9 / 1.0) - math.log(0.1 / 1e-10)
    assert reverse_kl_error(p, np.array([1.0, 0.0]), n) == pytest.approx(abs(difference) * math.sqrt(0.09 / n))


@pytest.mark.parametrize("share", [1.0, 0.8])
def test_error_is_the_spread_over_sample_sets(share: float) -> None:
    rng = np.random.default_rng(2)
    n, truth, uniform = 5000, share * np.array([0.6, 0.3, 0.1, 0.0]), np.full(4, 0.25)
    frequencies = rng.multinomial(n, [*truth, 1 - truth.sum()], size=2000)[:, :4] / n
    values = [plain_kl(list(p), list(uniform)) for p in frequencies]
    assert reverse_kl_error(truth, uniform, n) == pytest.approx(np.std(values), rel=0.08)


def test_error_near_the_floor_is_at_most_the_square_root_of_2_too_large() -> None:
    rng = np.random.default_rng(3)
    n, uniform = 10_000, np.full(1000, 1e-3)
    drawn = rng.multinomial(n, uniform, size=300) / n
    spread = np.std([plain_kl(list(p), list(uniform)) for p in drawn])
    claimed = np.mean([reverse_kl_error(p, uniform, n) for p in drawn])
    assert spread < claimed < 1.6 * spread
