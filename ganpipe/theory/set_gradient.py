"""How steep a perfect discriminator becomes near a training sample, for one sample and for sets (SetGAN, section 2.1).

A discriminator that answers 1 at a training sample x and 0 at generated samples rises by 1 over the distance r between
them, so E[1 / r] bounds its gradient from below (equation 4). The generator has alpha-epsilon mode collapse: with
probability alpha it draws from N(x, epsilon^2 I) in R^d, else from a density f that vanishes at x (Definition 1). A
set discriminator sees k samples at once, at the distance R = sqrt(r_1^2 + ... + r_k^2) in R^(dk).

The paper keeps the samples of the kernel only: equations 6 and 8 are the sets of which all k samples are collapsed. The
mixture below keeps all sets, with

    f(u) = (1 - alpha) |u - x|^2 / (d spread^2) N(u; x, spread^2 I),

so that r^2 / spread^2 is chi-squared with d + 2 degrees of freedom and alpha is maximal, as Definition 1 wants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import quad
from scipy.special import gammaln

from ganpipe.randomness import Purpose, generator

Array = NDArray[np.float64]

NUMBERS_AT_ONCE = 4_000_000
"""Random numbers in one block of a simulation; part of what a seed means."""


def collapsed_gradient(alpha: ArrayLike, epsilon: ArrayLike, dimension: ArrayLike, set_size: ArrayLike = 1) -> Array:
    """alpha^k / epsilon * Gamma((dk - 1) / 2) / (sqrt(2) Gamma(dk / 2)): equation 6 for k = 1, the exact equation 7.

    Args:
        alpha: probability of a collapsed sample, in [0, 1].
        epsilon: standard deviation of the collapsed samples, positive.
        dimension: d of the data.
        set_size: k, with d k >= 2; at d k = 1 the expectation diverges.

    Raises:
        ValueError: an argument out of range.
    """
    joint = _joint_dimension(alpha, epsilon, dimension, set_size)
    log_moment = gammaln((joint - 1) / 2) - gammaln(joint / 2)
    result: Array = np.power(alpha, set_size) / (np.sqrt(2) * np.asarray(epsilon)) * np.exp(log_moment)
    return result


def collapsed_gradient_approximation(
    alpha: ArrayLike, epsilon: ArrayLike, dimension: ArrayLike, set_size: ArrayLike = 1
) -> Array:
    """alpha^k / (epsilon sqrt(d k)): the right side of equation 6 for k = 1, equation 8 for sets.

    It is below the exact value, by a factor of about 1 - 3 / (4 d k).

    Raises:
        ValueError: as for ``collapsed_gradient``.
    """
    joint = _joint_dimension(alpha, epsilon, dimension, set_size)
    result: Array = np.power(alpha, set_size) / (np.asarray(epsilon) * np.sqrt(joint))
    return result


def mixture_gradient(alpha: float, epsilon: float, dimension: int, set_size: int = 1, spread: float = 1.0) -> float:
    """E[1 / R] over all sets, by one integral.

    With 1 / R = 2 / sqrt(pi) int_0^inf exp(-t^2 R^2) dt and independent samples, it is
    2 / sqrt(pi) int_0^inf [alpha (1 + 2 epsilon^2 t^2)^(-d/2) + (1 - alpha) (1 + 2 spread^2 t^2)^(-d/2 - 1)]^k dt.

    Args:
        alpha, epsilon, dimension, set_size: as for ``collapsed_gradient``.
        spread: scale of the other samples, positive.

    Raises:
        ValueError: an argument out of range.
    """
    _joint_dimension(alpha, epsilon, dimension, set_size)
    _require_spread(spread)

    def integrand(log_t: float) -> float:
        t = np.exp(log_t)
        log_near = -dimension / 2 * np.log1p(2 * (epsilon * t) ** 2)
        log_far = -(dimension / 2 + 1) * np.log1p(2 * (spread * t) ** 2)
        return float(t * (alpha * np.exp(log_near) + (1 - alpha) * np.exp(log_far)) ** set_size)

    # In log t the integrand is a hill or two between the scales 1 / spread and 1 / epsilon, with exponential slopes.
    scales = [1 / (size * np.sqrt(dimension * set_size)) for size in (spread, epsilon)]
    low, high = np.log(min(scales)) - 40, np.log(max(scales)) + 40
    value, _ = quad(integrand, low, high, points=sorted(np.log(scales)), limit=400, epsabs=0.0, epsrel=1e-10)
    return float(2 / np.sqrt(np.pi) * value)


@dataclass(frozen=True)
class SimulatedMean:
    """A mean over simulated sets and its standard error."""

    mean: float
    standard_error: float


@dataclass(frozen=True)
class Simulation:
    """E[1 / R] by simulation.

    Attributes:
        collapsed: the contribution of sets whose samples are all collapsed, what equation 7 is about: their share
            alpha^k times the mean over simulated ones, so that it is known even where hardly a set is collapsed.
        mixture: of all sets.
    """

    collapsed: SimulatedMean
    mixture: SimulatedMean


def simulate_gradient(
    alpha: float, epsilon: float, dimension: int, set_size: int, sets: int, seed: int, spread: float = 1.0
) -> Simulation:
    """Draw sets of generated samples and average 1 / R.

    Args:
        alpha, epsilon, dimension, set_size, spread: as for ``mixture_gradient``, with d k >= 3: below, 1 / R has no
            variance and an error would mean nothing.
        sets: how many, at least 2.
        seed: every number is a function of it.

    Raises:
        ValueError: an argument out of range.
    """
    joint = _joint_dimension(alpha, epsilon, dimension, set_size)
    _require_spread(spread)
    if joint < 3:
        raise ValueError(f"1 / R has a variance only for dimension * set_size >= 3, got {int(joint)}")
    if sets < 2:
        raise ValueError(f"sets: expected at least 2, got {sets}")
    size = max(1, NUMBERS_AT_ONCE // (set_size * (dimension + 2)))
    every, pure = [], []
    for block, start in enumerate(range(0, sets, size)):
        drawn = min(size, sets - start)
        collapsed = generator(seed, Purpose.EVALUATION, block, 0).random((drawn, set_size)) < alpha
        squares = generator(seed, Purpose.EVALUATION, block, 1).standard_normal((drawn, set_size, dimension + 2)) ** 2
        near = squares[..., :dimension].sum(axis=-1)
        # The distance of a sample of f is that of a Gaussian with two more coordinates.
        far = near + squares[..., dimension:].sum(axis=-1)
        inverse = np.where(collapsed, epsilon**2 * near, spread**2 * far).sum(axis=-1) ** -0.5
        every.append(inverse)
        pure.append(alpha**set_size / (epsilon * np.sqrt(near.sum(axis=-1))))
    return Simulation(_mean_of(pure), _mean_of(every))


def _mean_of(blocks: list[Array]) -> SimulatedMean:
    values = np.concatenate(blocks)
    return SimulatedMean(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))


def _joint_dimension(alpha: ArrayLike, epsilon: ArrayLike, dimension: ArrayLike, set_size: ArrayLike) -> Array:
    """d k, after checking all four."""
    share, width = np.asarray(alpha, dtype=np.float64), np.asarray(epsilon, dtype=np.float64)
    if not ((share >= 0) & (share <= 1)).all():
        raise ValueError("alpha: expected a probability")
    if not ((width > 0) & np.isfinite(width)).all():
        raise ValueError("epsilon: expected a positive standard deviation")
    if not (np.asarray(dimension) >= 1).all() or not (np.asarray(set_size) >= 1).all():
        raise ValueError("dimension, set_size: expected at least 1")
    joint = np.asarray(np.multiply(dimension, set_size), dtype=np.float64)
    if not (joint >= 2).all():
        raise ValueError("the expectation of 1 / r diverges on the line; expected dimension * set_size >= 2")
    return joint


def _require_spread(spread: float) -> None:
    if not spread > 0:
        raise ValueError(f"spread: expected a positive scale, got {spread:g}")
