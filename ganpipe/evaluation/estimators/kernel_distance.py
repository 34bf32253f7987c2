"""The kernel distance (KID): the squared maximum mean discrepancy of two sets of features, without bias.

Binkowski et al., 2018, section 4: kernel k(x, y) = (x.y / d + 1)^3 over d features. Unlike FID its expectation does not
depend on the number of samples, and equal distributions score 0 on average, so that a value may be slightly negative.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class KernelDistance:
    """The distance, and its standard error over blocks; None when there is only one."""

    value: float
    error: float | None


def kernel_distance(first: np.ndarray, second: np.ndarray, block: int = 1000) -> KernelDistance:
    """The mean of the unbiased estimate over disjoint blocks, whose spread says how sure it is.

    Args:
        first: features, [n, d].
        second: features, [m, d]. The rows of both are in random order; what does not fill a block is left out.
        block: samples of each set in a block, or all of them when a set has fewer.

    Raises:
        ValueError: a set has fewer than two samples.
    """
    size = min(block, len(first), len(second))
    if size < 2:
        raise ValueError("an unbiased estimate needs at least two samples of each set")
    starts = range(0, min(len(first), len(second)) - size + 1, size)
    values = [squared_discrepancy(first[start : start + size], second[start : start + size]) for start in starts]
    error = float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
    return KernelDistance(float(np.mean(values)), error)


def squared_discrepancy(first: np.ndarray, second: np.ndarray) -> float:
    """The unbiased estimate of the squared discrepancy from [n, d] and [m, d], with n and m at least 2 (eq. 4)."""
    x, y = first.astype(np.float64), second.astype(np.float64)
    within = _mean_of_pairs(x) + _mean_of_pairs(y)
    return float(within - 2 * _kernel(x, y).mean())


def _mean_of_pairs(x: np.ndarray) -> float:
    """The mean kernel of two different samples of one set."""
    kernel = _kernel(x, x)
    return float((kernel.sum() - np.trace(kernel)) / (len(x) * (len(x) - 1)))


def _kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    kernel: np.ndarray = (x @ y.T / x.shape[1] + 1) ** 3
    return kernel
