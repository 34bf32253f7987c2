"""Total variation between products of distributions on few atoms, without sampling.

A packed discriminator sees m samples of one origin, and with the 0-1 loss its optimum is d_TV(P^m, Q^m) (PacGAN,
section 3). The probability of m samples depends on their counts alone, so the sum over the product space is a sum over
count vectors: C(m + k - 1, k - 1) terms for k atoms instead of k^m.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Array = NDArray[np.float64]

ROUNDING = 1e-9
"""How far a distribution may be from summing to one."""
MOST_COUNTS = 2_000_000
"""Count vectors that are still enumerated."""
LOG_ZERO = -1e9
"""Stands for the logarithm of zero: its exponential is exactly 0, and 0 times it is 0 and not NaN."""
TERMS_AT_ONCE = 4_000_000


def total_variation(p: ArrayLike, q: ArrayLike) -> Array:
    """d_TV(P, Q) = 1/2 sum over atoms of |p - q|.

    Args:
        p, q: distributions on k atoms, [..., k].

    Returns:
        Values in [0, 1], [...].

    Raises:
        ValueError: negative entries, or a sum that is not one.
    """
    first, second = distributions(p, q)
    result: Array = np.abs(first - second).sum(axis=-1) / 2
    return result


def packed_total_variation(p: ArrayLike, q: ArrayLike, m: int) -> Array:
    """d_TV(P^m, Q^m), what a discriminator of packs of m sees (PacGAN, section 3); exact to rounding.

    Args:
        p, q: distributions on k atoms, [..., k].
        m: degree of packing, at least 1.

    Returns:
        Values in [0, 1], [...].

    Raises:
        ValueError: no distributions, m < 1, or more than ``MOST_COUNTS`` count vectors.
    """
    first, second = distributions(p, q)
    counts, log_ways = _counts(first.shape[-1], m)
    rows = [_logarithm(each).reshape(-1, first.shape[-1]) for each in (first, second)]
    result = np.empty(len(rows[0]))
    size = max(1, TERMS_AT_ONCE // len(counts))
    for start in range(0, len(result), size):
        block = slice(start, start + size)
        likelihoods = [np.exp(log_ways + row[block] @ counts.T) for row in rows]
        result[block] = np.abs(likelihoods[0] - likelihoods[1]).sum(axis=-1) / 2
    return result.reshape(first.shape[:-1])


def distributions(p: ArrayLike, q: ArrayLike) -> tuple[Array, Array]:
    """Both as arrays of one shape [..., k].

    Raises:
        ValueError: negative entries, or a sum that is not one.
    """
    first, second = np.broadcast_arrays(np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64))
    for name, each in (("p", first), ("q", second)):
        if each.ndim == 0 or not (each >= -ROUNDING).all() or not (np.abs(each.sum(axis=-1) - 1) < ROUNDING).all():
            raise ValueError(f"{name}: a distribution needs non-negative entries that sum to one")
    return np.maximum(first, 0.0), np.maximum(second, 0.0)


@lru_cache(maxsize=32)
def _counts(atoms: int, m: int) -> tuple[Array, Array]:
    """All vectors of ``atoms`` counts that sum to m, [v, atoms], and the logarithm of how many orders each has, [v]."""
    if m < 1:
        raise ValueError(f"m: expected at least one sample in a pack, got {m}")
    size = math.comb(m + atoms - 1, atoms - 1)
    if size > MOST_COUNTS:
        raise ValueError(f"{m} samples of {atoms} atoms have {size} count vectors, more than {MOST_COUNTS}")
    # Stars and bars: the bars' places among m + atoms - 1 decide the counts between them.
    places = [place for bars in combinations(range(m + atoms - 1), atoms - 1) for place in bars]
    bars = np.array(places, dtype=np.float64).reshape(size, atoms - 1)
    ends = np.full((size, 1), m + atoms - 1.0)
    counts = np.diff(np.concatenate([np.full((size, 1), -1.0), bars, ends], axis=1), axis=1) - 1
    log_ways: Array = gammaln(m + 1) - gammaln(counts + 1).sum(axis=1)
    return counts, log_ways


def _logarithm(values: Array) -> Array:
    result: Array = np.where(values > 0, np.log(np.where(values > 0, values, 1.0)), LOG_ZERO)
    return result
