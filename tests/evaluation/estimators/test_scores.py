from __future__ import annotations

import math

import numpy as np
import pytest

from ganpipe.evaluation.estimators.scores import (
    inception_score,
    mode_score,
    mode_score_against_real,
    split_inception_scores,
)


def random_probabilities(n: int, classes: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.3), n)


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    return sum(a * math.log(a / b) for a, b in zip(p.tolist(), q.tolist(), strict=True) if a > 0)


def test_agrees_with_plain_loops() -> None:
    p, real = random_probabilities(30, 5, 0), random_probabilities(1, 5, 1)[0]
    marginal = p.mean(0)
    information = np.mean([divergence(row, marginal) for row in p])
    assert inception_score(p) == pytest.approx(math.exp(information), rel=1e-12)
    to_real = np.mean([divergence(row, real) for row in p])
    assert mode_score(p, real) == pytest.approx(math.exp(to_real - divergence(marginal, real)), rel=1e-12)
    expected = math.exp(information - divergence(real, marginal))
    assert mode_score_against_real(p, real) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_one_mode_score_is_the_inception_score_and_the_other_never_more(seed: int) -> None:
    p, real = random_probabilities(40, 6, seed), random_probabilities(1, 6, seed + 100)[0]
    assert mode_score(p, real) == pytest.approx(inception_score(p), rel=1e-12)
    assert mode_score_against_real(p, real) < inception_score(p)
    assert mode_score_against_real(p, p.mean(0)) == pytest.approx(inception_score(p), rel=1e-12)


def test_extremes() -> None:
    """Sure and even: the number of classes. Always the same, sure or not: 1."""
    assert inception_score(np.eye(7)[np.arange(70) % 7]) == pytest.approx(7)
    assert inception_score(np.eye(7)[np.zeros(70, int)]) == pytest.approx(1)
    assert inception_score(np.full((70, 7), 1 / 7)) == pytest.approx(1)
    missing = np.eye(7)[np.arange(60) % 6]
    assert mode_score(missing, np.full(7, 1 / 7)) == pytest.approx(6)
    lost = math.exp(-divergence(np.full(7, 1 / 7), np.array([1 / 6] * 6 + [1e-10])))
    assert mode_score_against_real(missing, np.full(7, 1 / 7)) == pytest.approx(6 * lost)


def test_a_class_that_real_images_lack_leaves_the_mode_score_finite() -> None:
    p = np.eye(3)[np.arange(30) % 3]
    assert mode_score(p, np.array([0.5, 0.5, 0.0])) == pytest.approx(3)


def test_splits_are_consecutive_and_biased_downwards() -> None:
    p = random_probabilities(103, 5, 0)
    parts = split_inception_scores(p, 10)
    assert parts.shape == (10,)
    assert parts[0] == inception_score(p[:11])
    assert parts[-1] == inception_score(p[-10:])
    assert parts.mean() < inception_score(p)
    with pytest.raises(ValueError, match="3 samples cannot make 4 parts"):
        split_inception_scores(p[:3], 4)


def test_float32_probabilities_are_summed_in_float64() -> None:
    p = random_probabilities(20_000, 4, 0).astype(np.float32)
    assert inception_score(p) == pytest.approx(inception_score(p.astype(np.float64)), rel=1e-12)
