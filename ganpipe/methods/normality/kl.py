"""The Kullback-Leibler divergence between Gaussians (InvertGAN, eq. 7)."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import torch
from ganpipe.methods.normality.normality import Moments, moments

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Turn

FLOOR = 1e-4
"""Added to the variance in every direction, so that a nearly singular batch has a finite divergence."""


class KL(Moments):
    """KL(N(0, I) || N(mu, Sigma)) = 1/2 (log det Sigma - l + tr Sigma^-1 + mu' Sigma^-1 mu) (eq. 7)."""

    kind: Literal["kl"] = "kl"
    source: ClassVar[str] = "InvertGAN, eq. 7"

    def loss(self, turn: Turn, encodings: Tensor) -> Tensor:
        # In double precision the floor is not lost beside large variances.
        mean, covariance = moments(encodings.double())
        identity = torch.eye(len(mean), dtype=mean.dtype, device=mean.device)
        factor, failed = torch.linalg.cholesky_ex(covariance + FLOOR * identity)
        log_determinant = 2.0 * factor.diagonal().log().sum()
        # tr Sigma^-1 = ||L^-1||^2 and mu' Sigma^-1 mu = ||L^-1 mu||^2.
        whitened = torch.linalg.solve_triangular(factor, torch.cat([identity, mean[:, None]], dim=1), upper=False)
        divergence: Tensor = 0.5 * (log_determinant - len(mean) + whitened.square().sum())
        # Encodings that are no numbers, or huge, have no factor; the loss is then none, and the run ends as diverged.
        return (divergence * torch.where(failed == 0, 1.0, nan)).to(encodings.dtype)
