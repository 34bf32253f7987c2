"""Densities of a sample around what the generator makes of a latent."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, pi, sqrt

import torch
from torch import Tensor


@dataclass(frozen=True)
class OutputGaussian:
    """x | z ~ N(mu(z), diag sigma^2); PresGAN, eq. 4.

    Attributes:
        sigma: [*sample_shape], above 0.
    """

    sigma: Tensor

    def log_prob(self, samples: Tensor, means: Tensor) -> Tensor:
        """log p(x | z) of samples [n or 1, *sample_shape] with their means [n, *sample_shape]: float64 [n], in nats."""
        residuals = (samples - means) / self.sigma
        constant = _total(self.sigma.log()[None]) + 0.5 * self.sigma.numel() * log(2.0 * pi)
        return -0.5 * _total(residuals.square()) - constant


@dataclass(frozen=True)
class TruncatedGaussian(OutputGaussian):
    """The same, divided by its mass in [low, high], where every pixel is known to lie; PresGAN, section 5.4.

    Attributes:
        low: least value of a pixel.
        high: largest value of a pixel.
    """

    low: float
    high: float

    def log_prob(self, samples: Tensor, means: Tensor) -> Tensor:
        """As of a Gaussian, for samples within [low, high]."""
        return super().log_prob(samples, means) - _total(self.log_mass(means))

    def log_mass(self, means: Tensor) -> Tensor:
        """log(Phi((high - mu) / sigma) - Phi((low - mu) / sigma)) of every pixel, of the shape of ``means``."""
        # By symmetry the mean may be taken to lie above the middle: the nearer end is then `upper`, the other `lower`.
        half = 0.5 * (self.high - self.low) / self.sigma
        offset = (means - 0.5 * (self.low + self.high)).abs() / self.sigma
        upper, lower = half - offset, -half - offset
        if bool((upper < 0).any()):
            # Both ends on one side: the difference of two tails, which underflow long before their logarithms do.
            above = torch.special.log_ndtr(upper)
            log_mass: Tensor = above + (-torch.expm1(torch.special.log_ndtr(lower) - above)).log()
            return log_mass
        # Generators that end in tanh are always here. Nothing cancels, and it takes a fourth of the time.
        mass: Tensor = 0.5 * (torch.erf(upper / sqrt(2.0)) - torch.erf(lower / sqrt(2.0)))
        return mass.log()


def output_density(sigma: Tensor, value_range: tuple[float, float] | None) -> OutputGaussian:
    """What an evaluation takes for p(x | z): truncated to the range of pixels, where samples are pixels."""
    return OutputGaussian(sigma) if value_range is None else TruncatedGaussian(sigma, *value_range)


def _total(terms: Tensor) -> Tensor:
    """The sum over a sample, float64 [n]: rows of pixels as they are, rows among each other in float64.

    A total in float32 would be off by nats where sigma is 0.001, and one in float64 throughout takes ten times as long.
    """
    return terms.sum(dim=-1).flatten(1).sum(dim=1, dtype=torch.float64) if terms.dim() > 2 else terms.double().sum(1)
