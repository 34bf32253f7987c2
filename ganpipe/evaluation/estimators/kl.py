"""Kullback-Leibler divergences between histograms of modes, and what an ideal sampler would score by chance.

Conventions: natural logarithm (nats), 0 log 0 = 0. *Reverse* KL is KL(generated || reference), the one that the papers
on mode collapse print; *forward* KL is KL(reference || generated), which a missing mode dominates.
"""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np

PSEUDO_COUNT = 1e-10
"""Probability that stands in for zero where a divergence divides by an empirical histogram."""


def relative_entropy(p: np.ndarray, q: np.ndarray) -> float:
    """The sum of p log(p / q) over the cells with p > 0, in nats; neither histogram is normalised here."""
    seen = p > 0
    return float(np.sum(p[seen] * np.log(p[seen] / q[seen])))


def reverse_kl(generated: np.ndarray, reference: np.ndarray) -> float:
    """KL(generated || reference) in nats.

    Args:
        generated: counts, or a sum of class probabilities, of each mode; normalised here.
        reference: the same of the reference. Modes that were generated but are absent here count as 1e-10 of the
            reference, with a warning, because the value then depends on that number.
    """
    p, q = _normalised(generated), _normalised(reference)
    if absent := np.count_nonzero((p > 0) & (q == 0)):
        warnings.warn(
            f"{absent} generated modes are absent from the reference; they count as 1e-10 of it", stacklevel=2
        )
    return relative_entropy(p, np.maximum(q, PSEUDO_COUNT))


def forward_kl(generated: np.ndarray, reference: np.ndarray) -> float:
    """KL(reference || generated) in nats; a mode that was never generated counts as 1e-10 of the samples.

    A missing mode is what this divergence is about, so there is no warning; each adds about 23 nats times its share.
    """
    p, q = _normalised(generated), _normalised(reference)
    return relative_entropy(q, np.maximum(p, PSEUDO_COUNT))


def reverse_kl_error(p: np.ndarray, q: np.ndarray, n: int) -> float:
    """Standard error of the sum of p log(p / q) when p holds the frequencies of n independent samples.

    The delta method: the variance of log(p / q) + 1 over the samples, divided by n. Samples that p leaves out (it may
    sum to less than 1) contribute 0; modes that q lacks count as in :func:`reverse_kl`. Close to the floor it is
    too large, by a factor of up to sqrt(2).
    """
    seen = p > 0
    influence = np.log(p[seen] / np.maximum(q[seen], PSEUDO_COUNT)) + 1
    variance = np.sum(p[seen] * influence**2) - np.sum(p[seen] * influence) ** 2
    return float(np.sqrt(max(variance, 0.0) / n))


@cache
def reverse_kl_floor(n: int, classes: int, share: float = 1.0) -> float:
    """What an ideal sampler scores: the expected reverse KL to uniform of n independent samples, in nats.

    It is (K-1)/(2n) to first order. The expectation is exact because the first order is 13 % short where n = K = 1000.

    Args:
        n: number of samples.
        classes: number of modes, K.
        share: probability that a sample of the ideal sampler is counted at all, spread evenly over the modes.
    """
    counts, probability = _binomial(n, share / classes)
    frequency = counts[1:] / n
    return float(classes * np.sum(probability[1:] * frequency * np.log(classes * frequency)))


@cache
def forward_kl_floor(n: int, classes: int) -> float:
    """The expected forward KL to uniform of n independent samples of an ideal sampler, in nats; exact as above."""
    counts, probability = _binomial(n, 1 / classes)
    return float(-np.sum(probability * np.log(classes * np.maximum(counts / n, PSEUDO_COUNT))))


def sampling_floors(n: int, reference: np.ndarray) -> tuple[float, float]:
    """The expected reverse and forward KL to any reference of n independent samples of itself, in nats; exact.

    Args:
        reference: counts of each mode. A mode without any is never drawn and adds nothing.
    """
    shares, times = np.unique(_normalised(reference), return_counts=True)
    reverse = forward = 0.0
    for share, modes in zip(shares.tolist(), times.tolist(), strict=True):
        if 0 < share < 1:
            counts, probability = _binomial(n, share)
            frequency = counts / n
            log_ratio = np.log(np.maximum(frequency, PSEUDO_COUNT) / share)
            reverse += modes * float(probability @ (frequency * log_ratio))
            forward -= modes * share * float(probability @ log_ratio)
    return reverse, forward


def reference_floor(classes: int, reference_n: int) -> float:
    """What a reference histogram of ``reference_n`` samples adds to either floor, to first order: (K-1)/(2M)."""
    return (classes - 1) / (2 * reference_n)


def expected_modes(n: int, classes: int, share: float = 1.0) -> float:
    """Number of K equal modes that n independent samples of an ideal sampler hit: K (1 - (1 - share/K)^n)."""
    return float(-classes * np.expm1(n * np.log1p(-share / classes)))


def _normalised(histogram: np.ndarray) -> np.ndarray:
    values = np.asarray(histogram, dtype=np.float64)
    total = values.sum()
    if (values < 0).any() or not total > 0:
        raise ValueError("a histogram needs non-negative entries and a positive sum")
    normalised: np.ndarray = values / total
    return normalised


def _binomial(n: int, probability: float) -> tuple[np.ndarray, np.ndarray]:
    """The counts 0..n and their probabilities, for 0 < probability < 1."""
    counts = np.arange(n + 1, dtype=np.float64)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(counts[1:]))])
    log_choose = log_factorial[-1] - log_factorial - log_factorial[::-1]
    return counts, np.exp(log_choose + counts * np.log(probability) + (n - counts) * np.log1p(-probability))
