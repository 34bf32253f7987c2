from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, stats

from ganpipe.theory import set_gradient
from ganpipe.theory.set_gradient import (
    collapsed_gradient,
    collapsed_gradient_approximation,
    mixture_gradient,
    simulate_gradient,
)

WITHIN = 4
"""Standard errors that a simulation may be off."""


@pytest.mark.parametrize(
    ("dimension", "exact", "approximation"),
    [
        (2, 1.2533, 0.7071),
        (3, 0.7979, 0.5774),
        (10, 0.3427, 0.3162),
        (100, 0.10076, 0.1),
        (784, 0.035748, 0.035714),
    ],
)
def test_equation_6(dimension: int, exact: float, approximation: float) -> None:
    assert collapsed_gradient(1.0, 1.0, dimension) == pytest.approx(exact, abs=5e-5)
    assert collapsed_gradient_approximation(1.0, 1.0, dimension) == pytest.approx(approximation, abs=5e-5)
    assert collapsed_gradient(0.3, 0.01, dimension) == pytest.approx(30 * collapsed_gradient(1.0, 1.0, dimension))


@pytest.mark.parametrize(("dimension", "set_size"), [(2, 1), (5, 1), (3, 4), (1, 2)])
def test_the_exact_form_is_the_integral_of_equation_7(dimension: int, set_size: int) -> None:
    alpha, epsilon, joint = 0.4, 0.05, dimension * set_size
    density = stats.chi(joint, scale=epsilon).pdf
    integral, _ = integrate.quad(lambda r: density(r) / r, 0, epsilon * (joint + 10), epsabs=0, epsrel=1e-10)
    assert collapsed_gradient(alpha, epsilon, dimension, set_size) == pytest.approx(
        alpha**set_size * integral, rel=1e-8
    )


def test_equation_8_over_equation_6() -> None:
    alpha, sizes = 0.3, np.arange(1, 6)
    ratio = collapsed_gradient_approximation(alpha, 0.01, 64, sizes) / collapsed_gradient_approximation(alpha, 0.01, 64)
    assert ratio == pytest.approx(alpha ** (sizes - 1.0) / np.sqrt(sizes))
    # A set is a sample of d k dimensions that collapses with probability alpha^k.
    assert collapsed_gradient(alpha, 0.01, 64, sizes) == pytest.approx(
        collapsed_gradient(alpha**sizes, 0.01, 64 * sizes)
    )


def test_by_how_much_the_approximation_is_low() -> None:
    joint = np.array([50, 500])
    missing = 1 - collapsed_gradient_approximation(1.0, 1.0, joint) / collapsed_gradient(1.0, 1.0, joint)
    assert missing == pytest.approx(3 / (4 * joint), rel=0.02)


@pytest.mark.parametrize(("dimension", "set_size"), [(2, 1), (64, 5), (784, 3)])
def test_the_mixture_is_the_kernel_when_all_is_collapsed(dimension: int, set_size: int) -> None:
    for epsilon in (1e-4, 0.1, 3.0):
        expected = float(collapsed_gradient(1.0, epsilon, dimension, set_size))
        assert mixture_gradient(1.0, epsilon, dimension, set_size) == pytest.approx(expected, rel=1e-8)


def test_the_mixture_without_collapse_has_two_dimensions_more() -> None:
    # r^2 of f is chi-squared with d + 2 degrees of freedom a sample.
    expected = float(collapsed_gradient(1.0, 0.7, 12, 4))
    assert mixture_gradient(0.0, 0.01, 10, 4, spread=0.7) == pytest.approx(expected, rel=1e-8)


def test_the_mixture_of_single_samples_is_a_sum() -> None:
    parts = 0.2 * collapsed_gradient(1.0, 0.01, 6) + 0.8 * collapsed_gradient(1.0, 1.0, 8)
    assert mixture_gradient(0.2, 0.01, 6) == pytest.approx(float(parts), rel=1e-8)


@pytest.mark.parametrize("alpha", [0.01, 0.1, 0.5])
def test_equation_8_is_only_the_last_term(alpha: float) -> None:
    whole, last = mixture_gradient(alpha, 0.01, 64, 5), float(collapsed_gradient(alpha, 0.01, 64, 5))
    assert whole > last
    assert (whole > 100 * last) == (alpha < 0.2)


@pytest.mark.parametrize(
    ("alpha", "epsilon", "dimension", "set_size"),
    [(1.0, 0.01, 10, 1), (0.1, 0.01, 3, 5), (0.5, 0.05, 8, 2), (0.3, 0.01, 100, 5), (0.02, 0.1, 5, 1)],
)
def test_simulation_within_its_own_error(alpha: float, epsilon: float, dimension: int, set_size: int) -> None:
    found = simulate_gradient(alpha, epsilon, dimension, set_size, sets=20_000, seed=0)
    expected = {
        "collapsed": float(collapsed_gradient(alpha, epsilon, dimension, set_size)),
        "mixture": mixture_gradient(alpha, epsilon, dimension, set_size),
    }
    for name, value in expected.items():
        estimate = getattr(found, name)
        assert estimate.mean == pytest.approx(value, abs=WITHIN * estimate.standard_error)
        assert 0 < estimate.standard_error < 0.03 * estimate.mean


def test_the_error_is_the_spread_over_seeds() -> None:
    found = [simulate_gradient(0.2, 0.05, 6, 2, sets=400, seed=seed).mixture for seed in range(300)]
    spread = np.std([each.mean for each in found], ddof=1)
    assert np.mean([each.standard_error for each in found]) == pytest.approx(spread, rel=0.15)


def test_randomness_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    once, again = (simulate_gradient(0.2, 0.05, 6, 2, sets=500, seed=3) for _ in range(2))
    assert once == again
    assert simulate_gradient(0.2, 0.05, 6, 2, sets=500, seed=4) != once
    # Blocks are drawn apart from each other: many small ones agree with the exact value as one large one does.
    monkeypatch.setattr(set_gradient, "NUMBERS_AT_ONCE", 1600)
    blocks = simulate_gradient(0.2, 0.05, 6, 2, sets=20_000, seed=3)
    for estimate, value in (
        (blocks.mixture, mixture_gradient(0.2, 0.05, 6, 2)),
        (blocks.collapsed, float(collapsed_gradient(0.2, 0.05, 6, 2))),
    ):
        assert estimate.mean == pytest.approx(value, abs=WITHIN * estimate.standard_error)
        assert estimate.standard_error < 0.02 * estimate.mean


def refused(call: Callable[[], object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        call()


def test_what_is_refused() -> None:
    refused(lambda: collapsed_gradient(1.2, 1.0, 3), "alpha: expected a probability")
    refused(lambda: collapsed_gradient(0.5, 0.0, 3), "epsilon: expected a positive")
    refused(lambda: collapsed_gradient(0.5, math.nan, 3), "epsilon: expected a positive")
    refused(lambda: collapsed_gradient_approximation(0.5, 1.0, 3, 0), "dimension, set_size: expected at least 1")
    refused(lambda: mixture_gradient(0.5, 1.0, 1), "diverges on the line")
    refused(lambda: mixture_gradient(0.5, 1.0, 3, spread=0.0), "spread: expected a positive scale")
    refused(lambda: simulate_gradient(0.5, 1.0, 2, 1, sets=10, seed=0), "dimension \\* set_size >= 3, got 2")
    refused(lambda: simulate_gradient(0.5, 1.0, 3, 1, sets=1, seed=0), "sets: expected at least 2")
