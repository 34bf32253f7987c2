"""The density of a sample together with its latent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log, pi

from torch import Tensor

from ganpipe.evaluation.likelihood.densities import OutputGaussian


@dataclass(frozen=True)
class Joint:
    """p(x, z) = p(x | z) N(z; 0, I).

    Attributes:
        mean: mu, latents [n, latent_dim] -> [n, *sample_shape]; sample i depends on latent i only.
        density: p(x | z).
        latent_dim: length of z.
    """

    mean: Callable[[Tensor], Tensor]
    density: OutputGaussian
    latent_dim: int

    def log_likelihood(self, samples: Tensor, latents: Tensor) -> Tensor:
        """log p(x | z) of samples [n or 1, *sample_shape] with latents [n, latent_dim]: float64 [n]."""
        return self.density.log_prob(samples, self.mean(latents))

    def log_prob(self, samples: Tensor, latents: Tensor) -> Tensor:
        """log p(x, z): float64 [n]."""
        return self.log_likelihood(samples, latents) + log_normal(latents)


def log_normal(latents: Tensor) -> Tensor:
    """log N(z; 0, I) of latents [n, latent_dim]: float64 [n]."""
    return -0.5 * latents.double().square().sum(dim=1) - 0.5 * latents.shape[1] * log(2.0 * pi)
