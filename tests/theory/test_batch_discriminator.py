from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.special import betainc, betaln, comb

from ganpipe.theory.batch_discriminator import (
    log_balanced,
    log_mixing_weights,
    log_symmetric_sums,
    log_unbalanced,
    optimal_discriminator,
)

GAMMAS = [0.0, 0.1, 0.3, 0.5]


def by_all_masks(p1: np.ndarray, p2: np.ndarray, gamma: float) -> tuple[float, float]:
    """p_balanced and p_unbalanced as the paper writes them, a sum over all 2^B mixing vectors."""
    size = len(p1)
    weights = np.exp(log_mixing_weights(size, gamma))
    balanced = unbalanced = 0.0
    for beta in itertools.product((0, 1), repeat=size):
        k = sum(beta)
        term = weights[k] * math.prod(p1[b] if one else p2[b] for b, one in enumerate(beta))
        balanced += term
        unbalanced += 2 * term * k / size
    return balanced, unbalanced


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("size", [1, 2, 5, 8])
def test_symmetric_sums_are_the_sum_over_all_masks(size: int, gamma: float) -> None:
    p1, p2 = np.random.default_rng(size).gamma(2.0, size=(2, size))
    balanced, unbalanced = by_all_masks(p1, p2, gamma)
    logs = np.log(p1), np.log(p2)
    assert log_balanced(*logs, gamma) == pytest.approx(math.log(balanced), abs=1e-12)
    assert log_unbalanced(*logs, gamma) == pytest.approx(math.log(unbalanced), abs=1e-12)
    assert optimal_discriminator(*logs, gamma) == pytest.approx(unbalanced / balanced / 2, abs=1e-12)


@pytest.mark.parametrize("gamma", GAMMAS)
def test_a_batch_of_one_is_the_plain_gan(gamma: float) -> None:
    p1, p2 = np.array([[0.3], [2.0], [0.0]]), np.array([[0.6], [0.1], [0.5]])
    with np.errstate(divide="ignore"):
        found = optimal_discriminator(np.log(p1), np.log(p2), gamma)
    assert found == pytest.approx((p1 / (p1 + p2))[:, 0], abs=1e-13)


def test_pure_batches_are_judged_as_packs() -> None:
    log_p1, log_p2 = np.random.default_rng(0).normal(size=(2, 7, 4))
    pack = 1 / (1 + np.exp(log_p2.sum(axis=1) - log_p1.sum(axis=1)))
    assert optimal_discriminator(log_p1, log_p2, 0.0) == pytest.approx(pack, abs=1e-13)
    assert optimal_discriminator(log_p1, log_p2, 1e-7) == pytest.approx(pack, abs=1e-5)


def test_equal_ratios_have_a_closed_form() -> None:
    ratio, size = 1.7, 30
    k = np.arange(size + 1)
    # Under the uniform prior all counts are equally likely beforehand: a truncated geometric distribution.
    expected = (k * ratio**k).sum() / (size * (ratio**k).sum())
    found = optimal_discriminator(np.full(size, math.log(ratio)), np.zeros(size))
    assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("gamma", [0.02, 0.3, 0.5])
@pytest.mark.parametrize("size", [1, 4, 17])
def test_mixing_weights_are_the_incomplete_beta_functions(size: int, gamma: float) -> None:
    k = np.arange(size + 1)
    below, above = betainc(k + 1, size - k + 1, gamma), betainc(k + 1, size - k + 1, 1 - gamma)
    expected = np.exp(betaln(k + 1, size - k + 1)) * (below + 1 - above) / (2 * gamma)
    assert np.exp(log_mixing_weights(size, gamma)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("gamma", GAMMAS)
@pytest.mark.parametrize("size", [1, 6, 40])
def test_mixing_weights_are_probabilities(size: int, gamma: float) -> None:
    shares = np.exp(log_mixing_weights(size, gamma)) * comb(size, np.arange(size + 1))
    assert shares.sum() == pytest.approx(1.0, abs=1e-10)
    assert shares == pytest.approx(shares[::-1], abs=1e-13)


def test_the_uniform_prior_puts_all_counts_on_equal_footing() -> None:
    size = 200
    expected = -np.log(size + 1) - np.log(comb(size, np.arange(size + 1)))
    assert log_mixing_weights(size) == pytest.approx(expected, rel=1e-10)


def test_mixing_weights_by_simulation() -> None:
    rng, size, gamma, draws = np.random.default_rng(1), 5, 0.3, 200_000
    ratio = gamma * rng.random(draws)
    ratio = np.where(rng.random(draws) < 0.5, ratio, 1 - ratio)
    counts = rng.binomial(size, ratio)
    found = np.bincount(counts, minlength=size + 1) / draws
    expected = np.exp(log_mixing_weights(size, gamma)) * comb(size, np.arange(size + 1))
    assert np.abs(found - expected).max() < 4 * math.sqrt(0.25 / draws)


def test_the_discriminator_by_simulation() -> None:
    """The share of real samples in mixed batches that look alike, which is what a discriminator would learn."""
    rng, draws, gamma = np.random.default_rng(2), 300_000, 0.3
    real, generated = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    ratio = gamma * rng.random((draws, 1))
    ratio = np.where(rng.random((draws, 1)) < 0.5, ratio, 1 - ratio)
    beta = rng.random((draws, 3)) < ratio
    samples = np.where(beta, *(rng.choice(3, size=(draws, 3), p=p) for p in (real, generated)))
    for batch in ((0, 0, 2), (0, 1, 1), (2, 2, 1)):
        shares = beta[(samples == batch).all(axis=1)].mean(axis=1)
        expected = optimal_discriminator(np.log(real)[list(batch)], np.log(generated)[list(batch)], gamma)
        assert shares.mean() == pytest.approx(float(expected), abs=4 * shares.std() / math.sqrt(len(shares)))


@pytest.mark.parametrize("gamma", [0.1, 0.5])
def test_the_generator_minimises_a_divergence(gamma: float) -> None:
    """At the optimum -E log D* is KL(p_balanced || p_unbalanced) + log 2, the mean over mixed batches."""
    real, generated = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
    batches = np.array(list(itertools.product(range(3), repeat=3)))
    logs = np.log(real)[batches], np.log(generated)[batches]
    balanced, unbalanced = log_balanced(*logs, gamma), log_unbalanced(*logs, gamma)
    assert np.exp(balanced).sum() == pytest.approx(1.0)
    assert np.exp(unbalanced).sum() == pytest.approx(1.0)
    loss = -(np.exp(balanced) * np.log(optimal_discriminator(*logs, gamma))).sum()
    divergence = (np.exp(balanced) * (balanced - unbalanced)).sum()
    assert loss == pytest.approx(divergence + math.log(2), abs=1e-12)
    assert divergence > 0


def test_big_batches_of_extreme_densities() -> None:
    rng = np.random.default_rng(3)
    looks_real = rng.permutation(np.arange(1000) < 400)
    log_p1, log_p2 = np.where(looks_real, 0.0, -800.0), np.where(looks_real, -800.0, 0.0)
    # The counts are certain, although mixing at gamma = 0.01 makes 400 of 1000 unlikely beyond the smallest float.
    assert log_mixing_weights(1000, 0.01)[400] < -1000
    for gamma in (0.01, 0.5):
        assert optimal_discriminator(log_p1, log_p2, gamma) == pytest.approx(0.4, abs=1e-12)
    assert optimal_discriminator(np.full(512, -1e4), np.full(512, -1e4)) == pytest.approx(0.5, abs=1e-9)


def test_batches_are_judged_side_by_side() -> None:
    log_p1, log_p2 = np.random.default_rng(4).normal(size=(2, 3, 2, 6))
    together = optimal_discriminator(log_p1, log_p2, 0.2)
    assert together.shape == (3, 2)
    assert together[2, 1] == pytest.approx(float(optimal_discriminator(log_p1[2, 1], log_p2[2, 1], 0.2)), abs=1e-14)


def test_samples_that_only_one_side_makes() -> None:
    sure = np.array([0.0, -np.inf]), np.array([-np.inf, 0.0])
    assert optimal_discriminator(*sure) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="probability zero under every mixture"):
        optimal_discriminator(*sure, 0.0)


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="gamma: expected a number between 0 and 0"):
        log_mixing_weights(4, 0.6)
    with pytest.raises(ValueError, match="batch_size: expected at least one"):
        log_mixing_weights(0)
    with pytest.raises(ValueError, match="expected one log density a sample"):
        log_symmetric_sums([], [])
    with pytest.raises(ValueError, match="log_p2: expected log densities"):
        log_symmetric_sums([0.0], [math.nan])
