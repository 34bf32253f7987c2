"""A learned Gaussian density around what a generator makes."""

from __future__ import annotations

from math import log, pi

import torch
from torch import Tensor, nn


class Density(nn.Module):
    """x | z ~ N(mu(z), diag sigma^2), sigma learned for every pixel and channel and independent of z.

    The parameter is log sigma, so sigma is positive whatever an optimiser does. Source: PresGAN, eq. 4.

    Args:
        sample_shape: of one sample, and so of sigma.
        initial: standard deviation at the start.
        low: least standard deviation, reached by ``clamp``.
        high: largest one.
    """

    def __init__(self, sample_shape: tuple[int, ...], initial: float, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high
        self.log_sigma = nn.Parameter(torch.full(sample_shape, log(initial)))

    @property
    def sigma(self) -> Tensor:
        """The standard deviations: [*sample_shape], above 0."""
        return self.log_sigma.exp()

    def log_prob(self, samples: Tensor, means: Tensor) -> Tensor:
        """log p(x | z) of samples [n, *sample_shape] with their means mu(z): [n], in nats."""
        residual = (samples - means) * (-self.log_sigma).exp()
        normaliser = self.log_sigma.sum() + 0.5 * self.log_sigma.numel() * log(2.0 * pi)
        return -0.5 * residual.square().flatten(1).sum(dim=1) - normaliser

    @torch.no_grad()
    def clamp(self) -> None:
        """Bring every sigma back into [low, high] (PresGAN, algorithm 1, last line)."""
        self.log_sigma.clamp_(log(self.low), log(self.high))
