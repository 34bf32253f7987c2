from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.methods.hmc import Noise, Point, Potential, leapfrog, sample, transition
from ganpipe.methods.posterior import BlindPosterior, Posterior

KINDS = [pytest.param(Posterior, id="full"), pytest.param(BlindPosterior, id="prior_only")]
DIM = 2


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def number(value: float) -> Tensor:
    return torch.tensor(value, dtype=torch.float64)


def normal(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64)


def noise(iterations: int, chains: int, dim: int = DIM) -> Noise:
    return Noise(normal(iterations, chains, dim), torch.rand(iterations, chains, dtype=torch.float64))


def states_of(potential: Potential, *arguments: Any) -> tuple[Tensor, Tensor]:
    """The positions that :func:`sample` kept, and the step size."""
    points, step_size = sample(potential, *arguments)
    return torch.stack([point.position for point in points]), step_size


@dataclass(frozen=True)
class LinearGaussian:
    """x = W z + b + sigma eps, whose posterior is N(C W^T (x - b) / sigma^2, C), C = (I + W^T W / sigma^2)^-1."""

    weight: Tensor
    bias: Tensor
    sigma: Tensor

    def mean(self, latents: Tensor) -> Tensor:
        return latents @ self.weight.T + self.bias

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scaled = self.weight / self.sigma.square().unsqueeze(1)
        covariance = torch.linalg.inv(torch.eye(DIM, dtype=torch.float64) + self.weight.T @ scaled)
        return (x - self.bias) @ scaled @ covariance, covariance


MODEL = LinearGaussian(
    weight=torch.tensor([[1.0, 0.3], [-0.5, 0.8], [0.2, -0.4]], dtype=torch.float64),
    bias=torch.tensor([0.5, -1.0, 0.2], dtype=torch.float64),
    sigma=torch.tensor([0.6, 0.8, 1.0], dtype=torch.float64),
)
X = torch.tensor([1.2, -0.4, 0.3], dtype=torch.float64)


def curved(chains: int) -> Posterior:
    """A posterior that is not Gaussian."""
    inner, outer = normal(5, DIM), normal(3, 5)
    return Posterior(lambda z: torch.tanh(z @ inner.T) @ outer.T, normal(chains, 3), torch.full((3,), 0.7).double())


def test_the_leapfrog_is_reversible() -> None:
    potential, start = curved(4), normal(4, DIM)
    point, momentum = leapfrog(potential, potential.at(start), normal(4, DIM), number(0.1), 7)
    assert (point.position - start).abs().max() > 0.1
    back, _ = leapfrog(potential, point, -momentum, number(0.1), 7)
    torch.testing.assert_close(back.position, start, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(back.energy, potential.at(start).energy, rtol=1e-10, atol=1e-10)


def test_the_leapfrog_keeps_volume() -> None:
    potential, start, momentum = curved(1), normal(1, DIM), normal(1, DIM)

    def flow(state: Tensor) -> Tensor:
        begin = potential.at(state[:DIM].unsqueeze(0))
        point, end = leapfrog(potential, begin, state[DIM:].unsqueeze(0), number(0.2), 3)
        return torch.cat([point.position.flatten(), end.flatten()])

    state, delta = torch.cat([start, momentum], dim=1).flatten(), 1e-6
    columns = [
        (flow(state + delta * unit) - flow(state - delta * unit)) / (2 * delta) for unit in torch.eye(4).double()
    ]
    assert torch.linalg.det(torch.stack(columns)).item() == pytest.approx(1.0, abs=1e-6)


def test_the_error_in_energy_falls_with_the_square_of_the_step() -> None:
    potential, start, momentum = curved(200), normal(200, DIM), normal(200, DIM)

    def error(steps: int) -> float:
        begin = potential.at(start)
        end, last = leapfrog(potential, begin, momentum, number(0.5 / steps), steps)
        kinetic = 0.5 * (last.square() - momentum.square()).sum(dim=1)
        return (end.energy - begin.energy + kinetic).abs().mean().item()

    assert error(40) / error(80) == pytest.approx(4.0, rel=0.05)
    assert error(80) < 1e-2


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_is_that_of_chains_run_one_by_one(kind: type[Posterior]) -> None:
    """An independent reference in NumPy, one chain after the other."""
    chains, burn_in, kept, steps = 5, 2, 3, 4
    x, drawn, start = normal(chains, 3), noise(burn_in + kept, chains), normal(chains, DIM)
    found, step_size = states_of(kind(MODEL.mean, x, MODEL.sigma), start, number(0.4), drawn, burn_in, steps)
    w, b, s = MODEL.weight.numpy(), MODEL.bias.numpy(), MODEL.sigma.numpy()

    def energy(z: np.ndarray, at: np.ndarray) -> float:
        return float(0.5 * z @ z + 0.5 * np.sum(((at - w @ z - b) / s) ** 2))

    def gradient(z: np.ndarray, at: np.ndarray) -> np.ndarray:
        return z if kind is BlindPosterior else z - w.T @ ((at - w @ z - b) / s**2)

    states, step = start.numpy().copy(), 0.4
    expected = []
    for iteration in range(burn_in + kept):
        probabilities = []
        for chain in range(chains):
            z, at = states[chain].copy(), x[chain].numpy()
            p = drawn.momenta[iteration, chain].numpy()
            before = energy(z, at) + 0.5 * p @ p
            for _ in range(steps):
                p = p - 0.5 * step * gradient(z, at)
                z = z + step * p
                p = p - 0.5 * step * gradient(z, at)
            probabilities.append(min(1.0, np.exp(before - energy(z, at) - 0.5 * p @ p)))
            if drawn.uniforms[iteration, chain].item() < probabilities[-1]:
                states[chain] = z
        if iteration < burn_in:
            step *= 1 + 0.02 * (np.mean(probabilities) - 0.67)
        else:
            expected.append(states.copy())
    np.testing.assert_allclose(found.numpy(), np.stack(expected), rtol=1e-10, atol=1e-12)
    assert step_size.item() == pytest.approx(step, rel=1e-12)


def moments_agree(found: Tensor, mean: Tensor, covariance: Tensor) -> bool:
    """Within five standard errors of so many independent chains."""
    count = len(found)
    deviation = (found.mean(dim=0) - mean).abs() / (covariance.diagonal() / count).sqrt()
    variances = covariance.diagonal()
    spread = ((variances.unsqueeze(1) * variances + covariance.square()) / count).sqrt()
    return bool((deviation < 5).all() and ((found.T.cov() - covariance).abs() < 5 * spread).all())


@pytest.mark.parametrize("kind", KINDS)
def test_the_posterior_is_left_as_it_is(kind: type[Posterior]) -> None:
    chains = 20_000
    mean, covariance = MODEL.posterior(X)
    start = mean + normal(chains, DIM) @ torch.linalg.cholesky(covariance).T
    potential = kind(MODEL.mean, X.expand(chains, 3), MODEL.sigma)
    # Steps so long that many proposals are rejected: whoever accepts wrongly is far off.
    states, _ = states_of(potential, start, number(0.7), noise(6, chains), 0, 3)
    assert 0.2 < (states[0] == start).all(dim=1).double().mean() < 0.9
    assert all(moments_agree(state, mean, covariance) for state in states)


@pytest.mark.parametrize("kind", KINDS)
def test_chains_that_start_elsewhere_find_the_posterior(kind: type[Posterior]) -> None:
    chains = 10_000
    mean, covariance = MODEL.posterior(X)
    start = normal(chains, DIM)
    assert not moments_agree(start, mean, covariance)
    potential = kind(MODEL.mean, X.expand(chains, 3), MODEL.sigma)
    states, _ = states_of(potential, start, number(0.3), noise(41, chains), 40, 5)
    assert moments_agree(states[-1], mean, covariance)


def test_proposals_differ_without_the_likelihoods_gradient() -> None:
    chains = 50
    x, start, momentum = normal(chains, 3), normal(chains, DIM), normal(chains, DIM)
    full, blind = (kind(MODEL.mean, x, MODEL.sigma) for kind in (Posterior, BlindPosterior))
    informed, _ = leapfrog(full, full.at(start), momentum, number(0.3), 5)
    uninformed, _ = leapfrog(blind, blind.at(start), momentum, number(0.3), 5)
    assert not torch.allclose(informed.position, uninformed.position)
    torch.testing.assert_close(uninformed.energy, full.at(uninformed.position).energy)


def test_acceptance_falls_with_the_step_and_nears_one() -> None:
    chains = 2_000
    mean, covariance = MODEL.posterior(X)
    start = mean + normal(chains, DIM) @ torch.linalg.cholesky(covariance).T
    potential, drawn = Posterior(MODEL.mean, X.expand(chains, 3), MODEL.sigma), noise(1, chains)
    acceptance = [
        transition(potential, potential.at(start), drawn.momenta[0], drawn.uniforms[0], number(step), 5)[1]
        .mean()
        .item()
        for step in (0.01, 0.1, 0.3, 0.6, 0.9, 1.2)
    ]
    assert acceptance == sorted(acceptance, reverse=True)
    assert acceptance[0] > 0.999
    assert acceptance[-1] < 0.3


def test_the_step_size_adapts_in_the_burn_in_only() -> None:
    chains = 100
    potential, start = Posterior(MODEL.mean, X.expand(chains, 3), MODEL.sigma), normal(chains, DIM)
    given = number(1e-6)
    states, after = states_of(potential, start, given, noise(5, chains), 3, 2)
    assert states.shape == (2, chains, DIM)
    assert given.item() == 1e-6
    # Everything is accepted at so small a step.
    assert after.item() == pytest.approx(1e-6 * (1 + 0.02 * 0.33) ** 3, rel=1e-6)
    _, fixed = states_of(potential, start, given, noise(5, chains), 0, 2)
    assert fixed.item() == 1e-6
    _, shorter = states_of(potential, start, number(50.0), noise(2, chains), 1, 2)
    assert shorter.item() == pytest.approx(50.0 * (1 - 0.02 * 0.67), rel=1e-3)


class Cliff:
    """A standard normal density that is not a number right of 1."""

    def at(self, position: Tensor) -> Point:
        energy = 0.5 * position.square().sum(dim=1)
        energy = energy.masked_fill(position[:, 0] > 1.0, float("nan"))
        return Point(position, energy, self.gradient(position), position)

    def gradient(self, position: Tensor) -> Tensor:
        return position


def test_a_proposal_whose_energy_is_no_number_is_rejected() -> None:
    states, step_size = states_of(Cliff(), torch.zeros(200, 1).double(), number(1.0), noise(8, 200, 1), 4, 1)
    assert (states <= 1.0).all()
    assert states.std() > 0.1
    assert step_size.isfinite()


def test_no_graph_is_kept() -> None:
    weight = MODEL.weight.clone().requires_grad_()
    potential = Posterior(lambda z: z @ weight.T, normal(4, 3), MODEL.sigma)
    states, step_size = states_of(potential, normal(4, DIM).requires_grad_(), number(0.3), noise(3, 4), 1, 2)
    assert not states.requires_grad
    assert not step_size.requires_grad
    assert weight.grad is None


@pytest.mark.parametrize("kind", KINDS)
def test_means_that_are_kept_are_those_of_the_kept_positions(kind: type[Posterior]) -> None:
    chains = 50
    potential = kind(MODEL.mean, X.expand(chains, 3), MODEL.sigma)
    points, _ = sample(potential, normal(chains, DIM), number(0.7), noise(6, chains), 0, 3)
    assert any((one.position == other.position).all(dim=1).any() for one, other in pairwise(points))
    for point in points:
        torch.testing.assert_close(point.mean, MODEL.mean(point.position), rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(point.energy, potential.at(point.position).energy, rtol=1e-12, atol=1e-12)
