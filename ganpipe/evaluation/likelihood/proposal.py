"""The Gaussian from which importance sampling draws the latents of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import torch
from torch import Tensor, nn

from ganpipe.evaluation.likelihood.encoder import encode
from ganpipe.evaluation.likelihood.joint import Joint, log_normal
from ganpipe.training.adam import Adam, Group

BETAS = (0.9, 0.999)


@dataclass(frozen=True)
class Proposal:
    """r(z | x) = N(mean, diag deviation^2), of one sample.

    Attributes:
        mean: [latent_dim].
        deviation: [latent_dim], above 0.
    """

    mean: Tensor
    deviation: Tensor

    def latents(self, noise: Tensor) -> Tensor:
        """z = mean + deviation eps, for eps ~ N(0, I), [n, latent_dim]."""
        return self.mean + self.deviation * noise

    def log_prob(self, noise: Tensor) -> Tensor:
        """log r(z | x) at the latents that ``noise`` gives: float64 [n]."""
        return log_normal(noise) - self.deviation.double().log().sum()


def propose(
    joint: Joint, encoder: nn.Module, samples: Tensor, *, steps: int, learning_rate: float, overdispersion: float
) -> list[Proposal]:
    """One proposal a sample: around the posterior's mode, as wide as the encoder says and a little wider.

    PresGAN, section 3.3.

    Args:
        encoder: in evaluation mode.
        samples: [n, *sample_shape].
        steps: of the ascent to the mode.
        overdispersion: gamma, the factor of the encoder's variance.
    """
    with torch.no_grad():
        mean, log_variance = encode(encoder, samples)
    modes = posterior_modes(joint, samples, mean, steps, learning_rate)
    deviations = sqrt(overdispersion) * (0.5 * log_variance).exp()
    return [Proposal(mode, deviation) for mode, deviation in zip(modes, deviations, strict=True)]


def posterior_modes(joint: Joint, samples: Tensor, start: Tensor, steps: int, learning_rate: float) -> Tensor:
    """argmax_z log p(x | z) + log p(z) by Adam: the best latents that were met, [n, latent_dim].

    Rows do not see each other: neither the generator, nor Adam, nor the choice of the best mixes them.

    Args:
        start: [n, latent_dim].
    """
    latents = start.clone().requires_grad_()
    adam = Adam([Group([latents], learning_rate)], BETAS)
    best, height = start.clone(), torch.full((len(start),), -torch.inf, dtype=torch.float64, device=start.device)
    for step in range(steps + 1):
        value = joint.log_prob(samples, latents)
        better = value.detach() > height
        best[better], height[better] = latents.detach()[better], value.detach()[better]
        if step < steps:
            adam.step(torch.autograd.grad(-value.sum(), [latents]))
    return best
