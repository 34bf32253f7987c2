"""PresGAN's sampler in the form in which it was released, except that its gradients do go through the generator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganpipe.layers import Frozen
from ganpipe.methods.hmc import ADAPTATION_RATE, TARGET_ACCEPTANCE, Noise, Point
from ganpipe.methods.posterior import Posterior


def plain_sample(
    posterior: Posterior, start: Tensor, step_size: Tensor, noise: Noise, burn_in: int, leapfrog_steps: int
) -> tuple[list[Point], Tensor]:
    """Neal 2011, figure 2, iteration after iteration; energy and gradient are computed anew wherever they are needed.

    Takes and returns what :func:`ganpipe.methods.hmc.sample` does; of the points only position and mean are to be used.
    """

    def energy_and_gradient(position: Tensor) -> tuple[Tensor, Tensor]:
        latents = position.detach().requires_grad_()
        with torch.enable_grad():
            residual = (posterior.samples - posterior.mean(latents)) / posterior.sigma
            energy = 0.5 * latents.square().sum(dim=1) + 0.5 * residual.square().flatten(1).sum(dim=1)
            energy.sum().backward()
        assert latents.grad is not None
        return energy.detach(), latents.grad

    current, points = start.detach(), []
    for iteration, (drawn, uniform) in enumerate(zip(noise.momenta, noise.uniforms, strict=True)):
        position, momentum = current, drawn
        before, gradient = energy_and_gradient(position)
        momentum = momentum - 0.5 * step_size * gradient
        for step in range(leapfrog_steps):
            position = position + step_size * momentum
            if step < leapfrog_steps - 1:
                momentum = momentum - step_size * energy_and_gradient(position)[1]
        after, gradient = energy_and_gradient(position)
        momentum = momentum - 0.5 * step_size * gradient
        change = before - after + 0.5 * (drawn.square() - momentum.square()).sum(dim=1)
        accepted = uniform < change.exp()
        current = torch.where(accepted.unsqueeze(1), position, current)
        if iteration < burn_in:
            mean_acceptance = change.exp().clamp(max=1.0).mean()
            step_size = step_size * (1.0 + ADAPTATION_RATE * (mean_acceptance - TARGET_ACCEPTANCE))
        else:
            with torch.no_grad():
                points.append(Point(current, before, gradient, posterior.mean(current)))
    return points, step_size


class Learning(Frozen):
    """Its weights get gradients too, as those of the released generator do, which nobody asked to leave them out."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        for part in self.parts:
            part.requires_grad_(True)
