"""The posterior of a latent under a generator with Gaussian noise on its output, as a potential for HMC.

Dieng, Ruiz, Blei, Titsias: Prescribed generative adversarial networks, 2019, section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganpipe.late import torch
from ganpipe.methods.hmc import Point

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Posterior:
    """-log p(z | x) up to a constant: U(z) = ||z||^2 / 2 + sum_i ((x_i - mu_i(z)) / sigma_i)^2 / 2.

    It rests on z ~ N(0, I) and x | z ~ N(mu(z), diag sigma^2).

    Attributes:
        mean: mu, latents [n, latent_dim] -> [n, *sample_shape]; sample i must depend on latent i only.
        samples: x, [n, *sample_shape]; chain i is about sample i.
        sigma: [*sample_shape], above 0.
    """

    mean: Callable[[Tensor], Tensor]
    samples: Tensor
    sigma: Tensor

    def energy(self, latents: Tensor, mean: Tensor) -> Tensor:
        """U at latents [n, latent_dim] with their ``mean``: [n]."""
        residual = (self.samples - mean) / self.sigma
        return 0.5 * latents.square().sum(dim=1) + 0.5 * residual.square().flatten(1).sum(dim=1)

    def at(self, position: Tensor) -> Point:
        """Energy and its gradient, through the generator."""
        with torch.enable_grad():
            latents = position.detach().requires_grad_()
            mean = self.mean(latents)
            energy = self.energy(latents, mean)
            (gradient,) = torch.autograd.grad(energy.sum(), latents)
        return Point(position, energy.detach(), gradient, mean.detach())

    def gradient(self, position: Tensor) -> Tensor:
        """The gradient of the energy."""
        return self.at(position).gradient


class ReducedPosterior(Posterior):
    """The same energy, with gradients in bfloat16 wherever no energy is asked for: inside a trajectory.

    Its ends keep the gradient of float32. A leapfrog whose inner steps follow one function of the position, and whose
    first and last half step another, is reversible and keeps volume as well; so the density is left as it is, and only
    acceptance suffers.
    """

    def gradient(self, position: Tensor) -> Tensor:
        """The gradient, to three digits or so."""
        with torch.autocast(position.device.type, torch.bfloat16):
            return super().gradient(position)


class BlindPosterior(Posterior):
    """The same energy with the gradient of its prior part only, z: what the released code of PresGAN computes.

    Its sampler evaluates the generator without gradients, so proposals ignore the sample and are mostly rejected.
    """

    def at(self, position: Tensor) -> Point:
        """Energy, and the prior's gradient."""
        with torch.no_grad():
            mean = self.mean(position)
            return Point(position, self.energy(position, mean), position, mean)

    def gradient(self, position: Tensor) -> Tensor:
        """The prior's gradient."""
        return position
