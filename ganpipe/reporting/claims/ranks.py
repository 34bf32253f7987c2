"""The test behind every verdict: an exact permutation test on ranks, with its margin, and Holm's correction.

Two methods' runs share nothing after the first step, so they are compared unpaired: if both methods made the same
distribution of run values, every assignment of the pooled values to the two would be equally likely (Mann and Whitney
1947, with midranks for ties). The whole distribution of the rank sum is counted, so no p is simulated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Scores = NDArray[np.float64]
"""One value a run, [runs], larger is better; -inf for a run without a value, which ranks it worst."""

DIGITS = 10
"""Decimals kept after a shift: a tie must not be lost in the last bits of a difference."""


@dataclass(frozen=True)
class Tails:
    """One-sided p of the rank sum that was seen, or one more extreme, when both groups come from one distribution."""

    higher: float
    lower: float


def rank_test(first: Scores, second: Scores, shift: float = 0.0) -> Tails:
    """Whether ``first`` less ``shift`` ranks above (``higher``) or below (``lower``) ``second``.

    Args:
        first: [n] scores.
        second: [m] scores.
        shift: subtracted from every score of ``first``; a run without a value stays the worst.
    """
    pooled = np.round(np.concatenate([first - shift, second]), DIGITS)
    # Midranks are halves, so twice them are whole numbers and their sums can be counted.
    doubled = np.rint(2 * rankdata(pooled)).astype(np.int64)
    counts = _rank_sums(doubled, first.size)
    seen = int(doubled[: first.size].sum())
    total = counts.sum()
    return Tails(higher=float(counts[seen:].sum() / total), lower=float(counts[: seen + 1].sum() / total))


def _rank_sums(doubled: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """How many subsets of ``size`` ranks have each sum, [largest sum + 1]; exact below 2^53 and to 15 digits above."""
    largest = int(np.sort(doubled)[-size:].sum())
    counts = np.zeros((size + 1, largest + 1))
    counts[0, 0] = 1
    for rank in doubled:
        # From the largest subsets down, so that no rank is used twice.
        for chosen in range(size, 0, -1):
            counts[chosen, rank:] += counts[chosen - 1, : largest + 1 - rank]
    sums: NDArray[np.float64] = counts[size]
    return sums


def smallest_tail(n: int, m: int) -> float:
    """The smallest one-sided p that ``n`` runs against ``m`` can reach: one assignment of all."""
    return 1 / comb(n + m, n)


def holm(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (1979): comparing each with a level bounds the chance of any false verdict by it."""
    adjusted = [0.0] * len(p)
    reached = 0.0
    for position, index in enumerate(sorted(range(len(p)), key=lambda index: p[index])):
        reached = max(reached, min(1.0, (len(p) - position) * p[index]))
        adjusted[index] = reached
    return adjusted
