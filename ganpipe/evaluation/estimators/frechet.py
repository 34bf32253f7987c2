"""The Frechet distance between two sets of features, each read as a Gaussian.

Heusel et al., 2017: |mu_1 - mu_2|^2 + tr(C_1 + C_2 - 2 (C_1 C_2)^(1/2)), in float64. With C_i = F_i^T F_i the trace of
the root is the nuclear norm of F_1 F_2^T, whose singular values are the roots of the eigenvalues of C_1 C_2. That needs
no root of a product that is not symmetric, and no inverse: a set of fewer samples than features has its own centred
samples as a factor, and a generator of one image the factor 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class FeatureGaussian:
    """A Gaussian by its mean and a factor of its covariance.

    Attributes:
        count: number of samples that it was made from.
        mean: float64 [features].
        factor: float64 [rank, features]; the covariance is ``factor.T @ factor``.
    """

    count: int
    mean: np.ndarray
    factor: np.ndarray


class Moments:
    """Mean and covariance of a stream of feature vectors.

    Rows are folded into the sums in blocks of a fixed size, however they arrive, so the batch size changes nothing at
    all and the order no more than float64 rounds. A stream of up to ``features`` rows is never folded: it is kept.

    Args:
        features: length of a feature vector.
    """

    def __init__(self, features: int) -> None:
        self.features = features
        self._waiting = np.empty((features, features))
        self._filled = 0
        self._count = 0
        self._mean = np.zeros(features)
        self._scatter = np.zeros((features, features))

    @property
    def count(self) -> int:
        """Number of rows so far."""
        return self._count + self._filled

    def add(self, rows: np.ndarray) -> None:
        """Take in feature vectors, [n, features] of any float type."""
        while len(rows):
            if self._filled == self.features:
                self._fold()
            taken = rows[: self.features - self._filled]
            self._waiting[self._filled : self._filled + len(taken)] = taken
            self._filled += len(taken)
            rows = rows[len(taken) :]

    def _fold(self) -> None:
        """Chan, Golub and LeVeque, 1983: merge the waiting rows with the sums, neither of which cancels."""
        rows = self._waiting[: self._filled]
        mean = rows.mean(axis=0)
        centred = rows - mean
        difference, total = mean - self._mean, self._count + len(rows)
        self._scatter += centred.T @ centred
        self._scatter += np.outer(difference, difference * (self._count * len(rows) / total))
        self._mean += difference * (len(rows) / total)
        self._count, self._filled = total, 0

    def gaussian(self) -> FeatureGaussian:
        """The Gaussian with the mean and the unbiased covariance of the rows so far.

        Raises:
            ValueError: fewer than two rows, or one that is not finite.
        """
        if self.count < 2:
            raise ValueError(f"a covariance needs at least two samples, not {self.count}")
        if not self._count:
            rows = self._waiting[: self._filled]
            mean = rows.mean(axis=0)
            factor = (rows - mean) / np.sqrt(len(rows) - 1)
            return FeatureGaussian(len(rows), _finite(mean), _finite(factor))
        if self._filled:
            self._fold()
        covariance = self._scatter / (self._count - 1)
        return FeatureGaussian(self._count, _finite(self._mean.copy()), covariance_factor(covariance))


def gaussian_of(batches: Iterable[np.ndarray]) -> FeatureGaussian:
    """The Gaussian of all rows of some batches, each [n, features].

    Raises:
        ValueError: fewer than two rows, or one that is not finite.
    """
    moments: Moments | None = None
    for batch in batches:
        moments = moments or Moments(batch.shape[1])
        moments.add(batch)
    if moments is None:
        raise ValueError("no batches")
    return moments.gaussian()


def covariance_factor(covariance: np.ndarray) -> np.ndarray:
    """A factor F with F^T F = ``covariance``, float64 [rank, features].

    Cholesky's where the covariance is positive definite. Else from its eigenvalues, of which those that are lost in the
    rounding of the largest count as zero: their roots would not be small.

    Raises:
        ValueError: the covariance is not finite.
    """
    try:
        return np.linalg.cholesky(_finite(covariance)).T
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
    kept = values > len(values) * np.finfo(np.float64).eps * max(values[-1], 0.0)
    factor: np.ndarray = np.sqrt(values[kept])[:, None] * vectors[:, kept].T
    return factor


def frechet_distance(first: FeatureGaussian, second: FeatureGaussian) -> float:
    """The Frechet distance (as in FID: squared, not rooted) of two Gaussians, >= 0 and finite."""
    difference = first.mean - second.mean
    traces = np.vdot(first.factor, first.factor) + np.vdot(second.factor, second.factor)
    # Equal Gaussians may come out at minus a rounding error.
    return max(0.0, float(difference @ difference + traces - 2 * _overlap(first.factor, second.factor)))


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    """tr((C_1 C_2)^(1/2)), the nuclear norm of F_1 F_2^T."""
    product = first @ second.T
    if 0 in product.shape:
        return 0.0
    if min(product.shape) < first.shape[1]:
        return float(np.linalg.svd(product, compute_uv=False).sum())
    # Eigenvalues of the symmetric product take a third of the time. They blur singular values below 1e-8 of the
    # largest, which covariances of full rank have few of.
    return float(np.sqrt(np.maximum(np.linalg.eigvalsh(product @ product.T), 0.0)).sum())


def _finite(values: np.ndarray) -> np.ndarray:
    if not np.isfinite(values).all():
        raise ValueError("a feature is not finite")
    return values
