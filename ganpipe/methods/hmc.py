"""Hamiltonian Monte Carlo in parallel chains, in the form in which PresGAN draws from its posterior.

Neal: MCMC using Hamiltonian dynamics, 2011. Everything here is a pure function of a potential, a state and noise, and
no autograd graph outlives a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ganpipe.late import torch

if TYPE_CHECKING:
    from torch import Tensor

ADAPTATION_RATE = 0.02
TARGET_ACCEPTANCE = 0.67
"""PresGAN, section 5.1 and released code."""


@dataclass(frozen=True)
class Point:
    """Where the chains are.

    Attributes:
        position: [chains, dim].
        energy: [chains], the potential U up to a constant.
        gradient: [chains, dim], what moves the momenta; it need not be the energy's, see :class:`Potential`.
        mean: [chains, ...], what the energy compares each chain's sample with; kept, for it is dear to compute again.
    """

    position: Tensor
    energy: Tensor
    gradient: Tensor
    mean: Tensor


class Potential(Protocol):
    """U = -log density up to a constant, of independent chains.

    Any gradient that is a function of the position alone leaves the density invariant, because leapfrog steps along
    it are reversible and keep volume, and whether to accept is decided by the energy. The true one accepts most.
    ``at`` and ``gradient`` may differ in it: a trajectory begins and ends with the first, and has the other inside.
    """

    def at(self, position: Tensor) -> Point:
        """Energy and gradient at [chains, dim], without an autograd graph."""

    def gradient(self, position: Tensor) -> Tensor:
        """The gradient [chains, dim] alone, for points whose energy nobody asks for."""


@dataclass(frozen=True)
class Noise:
    """Everything random in some iterations.

    Attributes:
        momenta: [iterations, chains, dim] of N(0, 1).
        uniforms: [iterations, chains] of U[0, 1).
    """

    momenta: Tensor
    uniforms: Tensor


def leapfrog(
    potential: Potential, start: Point, momentum: Tensor, step_size: Tensor, steps: int
) -> tuple[Point, Tensor]:
    """Follow Hamilton's equations with unit mass: half a step of momentum, ``steps`` of position, half of momentum.

    Args:
        momentum: [chains, dim].
        step_size: one number for all chains.
        steps: at least 1.

    Returns:
        The point and the momentum [chains, dim] at the end. Source: Neal 2011, eq. 5.18 to 5.20.
    """
    position = start.position
    momentum = momentum - 0.5 * step_size * start.gradient
    for _ in range(steps - 1):
        position = position + step_size * momentum
        momentum = momentum - step_size * potential.gradient(position)
    end = potential.at(position + step_size * momentum)
    return end, momentum - 0.5 * step_size * end.gradient


def transition(
    potential: Potential, start: Point, momentum: Tensor, uniform: Tensor, step_size: Tensor, steps: int
) -> tuple[Point, Tensor]:
    """One iteration: propose by leapfrog steps, then every chain accepts or stays by itself.

    Args:
        momentum: [chains, dim] of N(0, 1).
        uniform: [chains] of U[0, 1).

    Returns:
        The next point, and the probabilities [chains] min(1, exp(U0 + K0 - U1 - K1)) with which proposals were
        accepted; it is 0 where the energy is not a number.
    """
    proposal, end = leapfrog(potential, start, momentum, step_size, steps)
    before = start.energy + 0.5 * momentum.square().sum(dim=1)
    after = proposal.energy + 0.5 * end.square().sum(dim=1)
    probability = (before - after).clamp(max=0.0).exp().nan_to_num(0.0)
    accepted = uniform < probability
    fields = ("position", "energy", "gradient", "mean")
    return Point(*(_chosen(accepted, getattr(proposal, name), getattr(start, name)) for name in fields)), probability


def _chosen(accepted: Tensor, proposed: Tensor, kept: Tensor) -> Tensor:
    """Row by row of [chains, ...]."""
    return torch.where(accepted.reshape(-1, *[1] * (kept.ndim - 1)), proposed, kept)


def sample(
    potential: Potential, start: Tensor, step_size: Tensor, noise: Noise, burn_in: int, leapfrog_steps: int
) -> tuple[list[Point], Tensor]:
    """Run chains from ``start`` and keep every state after the burn-in.

    In the burn-in, and only there, the step size that all chains share follows their mean acceptance:
    step_size *= 1 + 0.02 (acceptance - 0.67).

    Args:
        start: [chains, dim].
        step_size: one number; it is not changed in place.
        noise: of all iterations; those that ``burn_in`` leaves over are kept.

    Returns:
        The kept points, iterations - burn_in of them, and the step size to go on with.
        Source: PresGAN, section 3.2; the rule of adaptation from the released code.
    """
    kept = []
    with torch.no_grad():
        point = potential.at(start.detach())
        for iteration, (momentum, uniform) in enumerate(zip(noise.momenta, noise.uniforms, strict=True)):
            point, probability = transition(potential, point, momentum, uniform, step_size, leapfrog_steps)
            if iteration < burn_in:
                step_size = step_size * (1.0 + ADAPTATION_RATE * (probability.mean() - TARGET_ACCEPTANCE))
            else:
                kept.append(point)
    return kept, step_size
