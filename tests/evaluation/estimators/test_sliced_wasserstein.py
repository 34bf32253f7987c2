from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import scipy.stats
from scipy.integrate import quad

from ganpipe.data.mixtures import Grid, Ring
from ganpipe.evaluation.estimators.sliced_wasserstein import (
    LineMixture,
    directions,
    expected_sliced_distance,
    line_distance,
    sliced_distance,
)

RNG = np.random.default_rng(0)
TARGET = LineMixture(np.array([-1.0, 0.3, 2.0]), 0.25)


def by_quadrature(points: np.ndarray, target: LineMixture) -> float:
    def gap(t: float) -> float:
        below = np.mean([scipy.stats.norm.cdf(t, mean, target.sigma) for mean in target.means])
        return abs(np.mean(points <= t) - below)

    edges = np.unique(np.concatenate([[-12.0], np.sort(points), [12.0]]))
    return sum(quad(gap, low, high, limit=200)[0] for low, high in pairwise(edges))


@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_line_agrees_with_quadrature(n: int) -> None:
    points = RNG.uniform(-3, 4, n)
    assert line_distance(points, TARGET) == pytest.approx(by_quadrature(points, TARGET), abs=1e-6)


def test_distances_with_closed_forms() -> None:
    """To one point it is E|t - x|, which for a Gaussian about x is sigma sqrt(2 / pi); far away it is the distance."""
    bell = LineMixture(np.array([3.0]), 0.5)
    assert line_distance(np.array([3.0]), bell) == pytest.approx(0.5 * np.sqrt(2 / np.pi), rel=1e-12)
    assert line_distance(np.array([103.0, 103.0]), bell) == pytest.approx(100, rel=1e-12)
    assert line_distance(np.array([-97.0]), bell) == pytest.approx(100, rel=1e-12)


def test_agrees_with_the_distance_to_many_draws() -> None:
    points = RNG.normal(0.5, 1.0, 300)
    drawn = TARGET.means[RNG.integers(3, size=200_000)] + 0.25 * RNG.standard_normal(200_000)
    assert line_distance(points, TARGET) == pytest.approx(scipy.stats.wasserstein_distance(points, drawn), abs=0.01)


def test_all_directions_at_equal_angles_and_none_twice() -> None:
    along = directions(6, np.random.default_rng(1))
    np.testing.assert_allclose(np.linalg.norm(along, axis=1), 1)
    cosines = np.abs(along @ along.T)[~np.eye(6, dtype=bool)]
    assert cosines.max() == pytest.approx(np.cos(np.pi / 6))
    assert not np.allclose(along, directions(6, np.random.default_rng(2)))


def test_a_shift_costs_its_mean_projection() -> None:
    """E|cos| over all directions is 2 / pi."""
    along = directions(64, np.random.default_rng(1))
    points = np.array([[300.0, 400.0]])
    assert sliced_distance(points, np.zeros((1, 2)), 1e-3, along) == pytest.approx(500 * 2 / np.pi, rel=1e-3)


def test_missing_modes_cost_more_than_uneven_ones_and_those_more_than_none() -> None:
    ring, rng = Ring(), np.random.default_rng(1)
    along = directions(32, rng)

    def distance(shares: list[float]) -> float:
        points = ring.centres()[rng.choice(8, 2000, p=np.array(shares) / sum(shares))]
        return sliced_distance(points + 0.01 * rng.standard_normal((2000, 2)), ring.centres(), 0.01, along)

    even, uneven, missing = distance([1] * 8), distance([1, 2] * 4), distance([1] * 4 + [0] * 4)
    assert even < 0.03 < 0.1 * missing
    assert even < uneven < missing


@pytest.mark.parametrize("dataset", [Ring(), Grid()])
def test_the_floor_is_what_the_mixture_itself_scores(dataset: Ring | Grid) -> None:
    rng = np.random.default_rng(1)
    along = directions(8, rng)
    values = []
    for _ in range(30):
        points = dataset.centres()[rng.integers(dataset.mode_count, size=500)]
        points = points + dataset.sigma * rng.standard_normal((500, 2))
        values.append(sliced_distance(points, dataset.centres(), dataset.sigma, along))
    floor = expected_sliced_distance(500, dataset.centres(), dataset.sigma, along)
    assert floor == pytest.approx(np.mean(values), abs=4 * np.std(values) / np.sqrt(30))
