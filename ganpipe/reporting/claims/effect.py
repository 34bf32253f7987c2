"""How large a difference is: the probability of superiority and the difference of means, with bootstrap intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganpipe.randomness import Purpose, generator
from ganpipe.reporting.claims.ranks import Scores
from ganpipe.statistics import RESAMPLES, percentiles


@dataclass(frozen=True)
class Effect:
    """A number with its 95 % percentile bootstrap interval; None where a group has a single run."""

    value: float
    interval: tuple[float, float] | None


def superiority(first: Scores, second: Scores) -> Effect:
    """The probability that a run of ``first`` is better than one of ``second``, ties counting half.

    It is the area under the ROC curve, and Cliff's delta is twice it less one. Runs are resampled within each group.

    Args:
        first: [n] scores, larger is better, -inf for a run without a value.
        second: [m] scores.
    """
    wins = (first[:, None] > second[None, :]) + 0.5 * (first[:, None] == second[None, :])
    if min(first.size, second.size) < 2:
        return Effect(float(wins.mean()), None)
    rows, columns = _resampled(first.size, 0), _resampled(second.size, 1)
    # The mean over resampled rows and columns, by how often each was drawn: [resamples].
    drawn = np.einsum("ri,ij,rj->r", _frequencies(rows, first.size), wins, _frequencies(columns, second.size))
    return Effect(float(wins.mean()), percentiles(drawn))


def difference(first: NDArray[np.float64], second: NDArray[np.float64]) -> Effect | None:
    """Mean of ``first`` less mean of ``second``, in the metric's own unit; None when a group has no value.

    Args:
        first: [n] finite values of the runs that have one.
        second: [m] finite values.
    """
    if min(first.size, second.size) == 0:
        return None
    value = float(first.mean() - second.mean())
    if min(first.size, second.size) < 2:
        return Effect(value, None)
    drawn = first[_resampled(first.size, 0)].mean(axis=1) - second[_resampled(second.size, 1)].mean(axis=1)
    return Effect(value, percentiles(drawn))


def _resampled(size: int, group: int) -> NDArray[np.int64]:
    return generator(0, Purpose.BOOTSTRAP, draw=group).integers(size, size=(RESAMPLES, size))


def _frequencies(indices: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    offsets = np.arange(len(indices))[:, None] * size
    counts = np.bincount((indices + offsets).ravel(), minlength=len(indices) * size)
    return counts.reshape(len(indices), size) / size
