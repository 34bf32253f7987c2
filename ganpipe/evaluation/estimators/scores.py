"""Inception Score and Mode Score: how sure a classifier is of each sample, and how evenly it names them.

Both are exponentials of divergences between the class probabilities of a sample, p(y|x), their mean over the samples,
p(y), and the mean over real images, p*(y). Natural logarithms; 0 log 0 = 0.
"""

from __future__ import annotations

import numpy as np

from ganpipe.evaluation.estimators.kl import PSEUDO_COUNT, forward_kl


def inception_score(probabilities: np.ndarray) -> float:
    """exp(E_x KL(p(y|x) || p(y))), Salimans et al., 2016, section 4; from 1 to the number of classes.

    Args:
        probabilities: class probabilities of each sample, [n, classes].
    """
    return float(np.exp(_information(probabilities, _mean(probabilities))))


def split_inception_scores(probabilities: np.ndarray, splits: int) -> np.ndarray:
    """The Inception Score of each of ``splits`` consecutive parts, float64 [splits]; papers print their mean.

    Raises:
        ValueError: there are fewer samples than parts.
    """
    if len(probabilities) < splits:
        raise ValueError(f"{len(probabilities)} samples cannot make {splits} parts")
    return np.array([inception_score(part) for part in np.array_split(probabilities, splits)])


def mode_score(probabilities: np.ndarray, real: np.ndarray) -> float:
    """exp(E_x KL(p(y|x) || p*(y)) - KL(p(y) || p*(y))), Che et al., 2017, section 4.1.

    p* cancels, so this is the Inception Score without splits; it is computed as it is written.

    Args:
        probabilities: class probabilities of each sample, [n, classes].
        real: p*(y), [classes].
    """
    reference = np.maximum(real, PSEUDO_COUNT)
    marginal = _mean(probabilities)
    return float(np.exp(_information(probabilities, reference) - _information(marginal[None], reference)))


def mode_score_against_real(probabilities: np.ndarray, real: np.ndarray) -> float:
    """exp(E_x KL(p(y|x) || p(y)) - KL(p*(y) || p(y))): the Inception Score, less what the marginals differ.

    The other reading of the Mode Score in use; never more than the Inception Score without splits.
    """
    marginal = _mean(probabilities)
    return float(np.exp(_information(probabilities, marginal) - forward_kl(marginal, real)))


def _mean(probabilities: np.ndarray) -> np.ndarray:
    mean: np.ndarray = probabilities.mean(axis=0, dtype=np.float64)
    return mean


def _information(probabilities: np.ndarray, reference: np.ndarray) -> float:
    """The mean over samples of KL(p(y|x) || reference), in nats."""
    p, tiny = probabilities.astype(np.float64), np.finfo(np.float64).tiny
    logarithms = np.log(np.maximum(p, tiny)) - np.log(np.maximum(reference, tiny))
    return float(np.einsum("ij,ij->", p, logarithms) / len(p))
