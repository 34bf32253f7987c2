"""The discriminator that is optimal on mixed batches (Mixed batches, Proposition 1), for any batch size.

A batch y mixes real samples (beta_b = 1, density p1) and generated ones (beta_b = 0, density p2); first a ratio p is
drawn, then each beta_b ~ Bernoulli(p). The optimal D*(y) is the posterior mean of #beta / B:

    D*(y) = sum_beta w(#beta) p1(y)^beta p2(y)^(1 - beta) #beta / B  /  sum_beta w(#beta) p1(y)^beta p2(y)^(1 - beta)

with w(k) the probability of one particular beta of k ones. The 2^B terms are summed by #beta: the sum over all beta
with k ones is an elementary symmetric sum, built one sample at a time. All terms are positive, and in logarithms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, logsumexp, xlog1py, xlogy

Array = NDArray[np.float64]


def log_mixing_weights(batch_size: int, gamma: float = 0.5) -> Array:
    """log w(k), k = 0..B: the logarithm of the probability of one particular beta with k ones.

    p is uniform on [0, gamma] and [1 - gamma, 1] (batch smoothing-gamma, section 3.1), so with I the regularised
    incomplete beta function

        w(k) = Beta(k + 1, B - k + 1) [I_gamma(k + 1, B - k + 1) + 1 - I_{1-gamma}(k + 1, B - k + 1)] / (2 gamma).

    gamma = 0.5 is the uniform prior, w(k) = 1 / ((B + 1) C(B, k)); gamma = 0 leaves pure batches, w(0) = w(B) = 1/2.

    Args:
        batch_size: B, at least 1.
        gamma: in [0, 0.5].

    Returns:
        [B + 1]; -inf where a mixture cannot occur.

    Raises:
        ValueError: batch_size or gamma out of range.
    """
    if batch_size < 1:
        raise ValueError(f"batch_size: expected at least one sample, got {batch_size}")
    if not 0 <= gamma <= 0.5:
        raise ValueError(f"gamma: expected a number between 0 and 0.5, got {gamma:g}")
    ones = np.arange(batch_size + 1)
    if gamma == 0:
        return np.where((ones == 0) | (ones == batch_size), np.log(0.5), -np.inf)
    # I_gamma(k + 1, B - k + 1) is the chance of more than k successes in B + 1 trials of probability gamma, and
    # 1 - I_{1-gamma}(a, b) = I_gamma(b, a). Summed from the far tail in logarithms, nothing underflows.
    trials = batch_size + 1
    successes = np.arange(trials + 1)
    log_choose = gammaln(trials + 1) - gammaln(successes + 1) - gammaln(trials - successes + 1)
    log_probability = log_choose + xlogy(successes, gamma) + xlog1py(trials - successes, -gamma)
    log_tail = np.logaddexp.accumulate(log_probability[::-1])[::-1][1:]
    weights: Array = (
        betaln(ones + 1, batch_size - ones + 1) + np.logaddexp(log_tail, log_tail[::-1]) - np.log(2 * gamma)
    )
    return weights


def log_symmetric_sums(log_p1: ArrayLike, log_p2: ArrayLike) -> Array:
    """log of the sum over all beta with k ones of p1(y)^beta p2(y)^(1 - beta), k = 0..B.

    Args:
        log_p1, log_p2: log densities of the samples, real and generated, [..., B]; -inf where a density is zero.

    Returns:
        [..., B + 1], after B (B + 1) additions instead of 2^B.

    Raises:
        ValueError: NaN or +inf among the densities, or an empty batch.
    """
    real, generated = np.broadcast_arrays(np.asarray(log_p1, dtype=np.float64), np.asarray(log_p2, dtype=np.float64))
    if real.ndim == 0 or real.shape[-1] == 0:
        raise ValueError("log_p1, log_p2: expected one log density a sample of a batch, [..., B]")
    for name, each in (("log_p1", real), ("log_p2", generated)):
        if np.isnan(each).any() or np.isposinf(each).any():
            raise ValueError(f"{name}: expected log densities that are finite or -inf")
    sums = np.full((*real.shape[:-1], real.shape[-1] + 1), -np.inf)
    sums[..., 0] = 0.0
    for sample in range(real.shape[-1]):
        with_real = sums[..., :-1] + real[..., sample, None]
        sums = sums + generated[..., sample, None]
        sums[..., 1:] = np.logaddexp(sums[..., 1:], with_real)
    return sums


def log_balanced(log_p1: ArrayLike, log_p2: ArrayLike, gamma: float = 0.5) -> Array:
    """log p_balanced(y), the density of mixed batches (equation 7, and its counterpart for gamma < 0.5).

    Args:
        log_p1, log_p2: as for ``log_symmetric_sums``, [..., B].

    Returns:
        [...]; -inf for a batch that cannot occur.
    """
    sums = log_symmetric_sums(log_p1, log_p2)
    return _log_sum(sums + log_mixing_weights(sums.shape[-1] - 1, gamma))


def log_unbalanced(log_p1: ArrayLike, log_p2: ArrayLike, gamma: float = 0.5) -> Array:
    """log p_unbalanced(y): as p_balanced, each term weighted by 2 #beta / B (equation 7)."""
    sums = log_symmetric_sums(log_p1, log_p2)
    batch_size = sums.shape[-1] - 1
    with np.errstate(divide="ignore"):
        log_share = np.log(np.arange(batch_size + 1) / batch_size)
    unbalanced: Array = np.log(2) + _log_sum(sums + log_mixing_weights(batch_size, gamma) + log_share)
    return unbalanced


def optimal_discriminator(log_p1: ArrayLike, log_p2: ArrayLike, gamma: float = 0.5) -> Array:
    """D*(y) = p_unbalanced(y) / (2 p_balanced(y)), the posterior mean of the share of real samples (Proposition 1).

    A batch of one gives p1 / (p1 + p2), whatever gamma. gamma = 0 gives prod p1 / (prod p1 + prod p2), the optimum on
    pure batches, which is what PacGAN's discriminator sees.

    Args:
        log_p1, log_p2: log densities of the samples, real and generated, [..., B].
        gamma: of batch smoothing-gamma, in [0, 0.5].

    Returns:
        Values in [0, 1], [...].

    Raises:
        ValueError: an argument out of range, or a batch that cannot occur under the prior.
    """
    below = log_balanced(log_p1, log_p2, gamma)
    if np.isneginf(below).any():
        raise ValueError("a batch has probability zero under every mixture that gamma allows; D* is undefined there")
    result: Array = np.exp(log_unbalanced(log_p1, log_p2, gamma) - below) / 2
    return np.minimum(result, 1.0)


def _log_sum(terms: Array) -> Array:
    # An impossible batch has no finite term, which is an answer and nothing to warn of.
    with np.errstate(divide="ignore"):
        return np.asarray(logsumexp(terms, axis=-1), dtype=np.float64)
