"""The sliced Wasserstein distance of points in the plane to a mixture of Gaussians, exact in every direction.

Rabin et al., 2012; Bonneel et al., 2015. Along a direction the mixture is one of Gaussians on a line and has a known
distribution function F, so the first Wasserstein distance of n points to it, the integral of |F_n(t) - F(t)|, has a
closed form between any two neighbouring points. Nothing is drawn from the target. The unit is that of the coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_GRID = 4096  # points at which the expected distance is integrated


@dataclass(frozen=True)
class LineMixture:
    """An equally weighted mixture of Gaussians of one width on a line; ``means`` is float64 [modes]."""

    means: np.ndarray
    sigma: float

    def distribution(self, t: np.ndarray) -> np.ndarray:
        """F(t), of the shape of ``t``."""
        values: np.ndarray = _normal_distribution(self._standardised(t)).mean(axis=-1)
        return values

    def area(self, t: np.ndarray) -> np.ndarray:
        """The integral of F from minus infinity to t."""
        z = self._standardised(t)
        density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
        values: np.ndarray = self.sigma * (z * _normal_distribution(z) + density).mean(axis=-1)
        return values

    def _standardised(self, t: np.ndarray) -> np.ndarray:
        standardised: np.ndarray = (t[..., None] - self.means) / self.sigma
        return standardised


def directions(count: int, rng: np.random.Generator) -> np.ndarray:
    """Unit vectors at equal angles over half a turn, float64 [count, 2]; where they begin is drawn."""
    angles = np.pi * (np.arange(count) + rng.random()) / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def sliced_distance(points: np.ndarray, centres: np.ndarray, sigma: float, along: np.ndarray) -> float:
    """The mean over directions of the first Wasserstein distance between the projections.

    Args:
        points: float64 [n, 2], finite.
        centres: means of the mixture's components, float64 [modes, 2].
        sigma: standard deviation of every component, in each coordinate.
        along: unit vectors, float64 [count, 2].
    """
    distances = [line_distance(points @ unit, LineMixture(centres @ unit, sigma)) for unit in along]
    return float(np.mean(distances))


def line_distance(points: np.ndarray, target: LineMixture) -> float:
    """The integral of |F_n - F|, for finite points [n] on a line."""
    x = np.sort(points)
    n = len(x)
    below, area = target.distribution(x), target.area(x)
    level = np.arange(1, n) / n  # F_n between neighbours
    left, right = x[:-1].copy(), x[1:].copy()
    crossed = (below[:-1] < level) & (level < below[1:])
    middle = np.where(below[:-1] >= level, left, right)  # where F crosses F_n; at an end when it does not
    middle[crossed] = _quantiles(target, level[crossed], left[crossed], right[crossed])
    at_middle = target.area(middle)
    under = level * (middle - left) - (at_middle - area[:-1])  # F below F_n
    over = (area[1:] - at_middle) - level * (right - middle)  # F above it
    tails = area[0] + area[-1] - x[-1] + target.means.mean()
    return float(under.sum() + over.sum() + tails)


def expected_sliced_distance(n: int, centres: np.ndarray, sigma: float, along: np.ndarray) -> float:
    """What n independent points of the mixture itself score.

    E|F_n(t) - F(t)| is sqrt(2 F (1 - F) / (pi n)) where the number of points below t is close to normal.
    """
    values = []
    for unit in along:
        target = LineMixture(centres @ unit, sigma)
        t, spacing = np.linspace(target.means.min() - 8 * sigma, target.means.max() + 8 * sigma, _GRID, retstep=True)
        below = target.distribution(t)
        values.append(np.sqrt(2 * below * (1 - below) / (np.pi * n)).sum() * spacing)
    return float(np.mean(values))


def _quantiles(target: LineMixture, level: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Where F reaches each level between two bounds, by halving."""
    for _ in range(60):
        middle = (left + right) / 2
        short = target.distribution(middle) < level
        left, right = np.where(short, middle, left), np.where(short, right, middle)
    crossing: np.ndarray = (left + right) / 2
    return crossing


def _normal_distribution(z: np.ndarray) -> np.ndarray:
    # Planning imports this file, and SciPy takes as long to import as all the rest.
    from scipy.special import ndtr

    values: np.ndarray = ndtr(z)
    return values
