"""PresGAN's sampler with gradients of less precision, and against its plain form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from ganpipe import layers
from ganpipe.methods.hmc import Noise, Point, leapfrog, sample
from ganpipe.methods.posterior import Posterior, ReducedPosterior
from ganpipe.methods.regularisers import entropy
from ganpipe.networks.small_conv import SmallConvGenerator
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer
from tests.methods.oracle import Learning, plain_sample

CPU = torch.device("cpu")
WEIGHT = torch.tensor([[1.0, 0.3], [-0.5, 0.8], [0.2, -0.4]])
SIGMA = torch.tensor([0.3, 0.4, 0.5])
X = torch.tensor([1.2, -0.4, 0.3])


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def noise(iterations: int, chains: int, dim: int, dtype: torch.dtype = torch.float32) -> Noise:
    return Noise(torch.randn(iterations, chains, dim, dtype=dtype), torch.rand(iterations, chains, dtype=dtype))


def linear(kind: type[Posterior], chains: int) -> Posterior:
    """The posterior of x = W z + sigma eps at ``X``, in float32."""
    return kind(lambda z: z @ WEIGHT.T, X.expand(chains, 3), SIGMA)


def posterior_moments() -> tuple[Tensor, Tensor]:
    """Mean and covariance of N(C W^T x / sigma^2, C), C = (I + W^T W / sigma^2)^-1."""
    scaled = WEIGHT / SIGMA.square().unsqueeze(1)
    covariance = torch.linalg.inv(torch.eye(2) + WEIGHT.T @ scaled)
    return X @ scaled @ covariance, covariance


def test_only_the_gradient_inside_a_trajectory_is_reduced() -> None:
    z = torch.randn(50, 2)
    exact, reduced = linear(Posterior, 50), linear(ReducedPosterior, 50)
    assert torch.equal(reduced.at(z).energy, exact.at(z).energy)
    assert torch.equal(reduced.at(z).gradient, exact.at(z).gradient)
    error = (reduced.gradient(z) - exact.gradient(z)).norm() / exact.gradient(z).norm()
    assert 1e-4 < error < 2e-2
    assert reduced.gradient(z).dtype == torch.float32


def test_a_reduced_trajectory_can_be_followed_back() -> None:
    potential, start = linear(ReducedPosterior, 100), torch.randn(100, 2)
    step_size = torch.tensor(0.1)
    point, momentum = leapfrog(potential, potential.at(start), torch.randn(100, 2), step_size, 5)
    back, _ = leapfrog(potential, point, -momentum, step_size, 5)
    assert (point.position - start).abs().max() > 0.1
    # Rounding to bfloat16 is a step function, and one chain in many may fall on another step on its way back.
    distances = (back.position - start).abs().amax(dim=1)
    assert (distances < 1e-4).float().mean() > 0.9
    assert distances.max() < 1e-2


def deviations(kind: type[Posterior]) -> float:
    """The largest deviation of mean and covariance, in standard errors, of chains that start in the posterior."""
    chains = 40_000
    mean, covariance = posterior_moments()
    start = mean + torch.randn(chains, 2) @ torch.linalg.cholesky(covariance).T
    # Steps so long that many proposals are rejected: whoever accepts wrongly is far off.
    states, _ = sample(linear(kind, chains), start, torch.tensor(0.45), noise(8, chains, 2), 0, 4)
    assert 0.1 < (states[0].position == start).all(dim=1).double().mean() < 0.9
    last, variances = states[-1].position.double(), covariance.diagonal()
    shift = (last.mean(dim=0) - mean).abs() / (variances / chains).sqrt()
    spread = ((variances.unsqueeze(1) * variances + covariance.square()) / chains).sqrt()
    return max(shift.max().item(), ((last.T.cov() - covariance).abs() / spread).max().item())


@pytest.mark.parametrize("kind", [Posterior, ReducedPosterior])
def test_acceptance_is_unbiased(kind: type[Posterior]) -> None:
    assert deviations(kind) < 4.5


def test_the_test_of_bias_can_fail() -> None:
    class Half(Posterior):
        def at(self, position: Tensor) -> Point:
            point = super().at(position)
            return replace(point, energy=0.95 * point.energy)

    assert deviations(Half) > 6.0


def generator_posterior(dtype: torch.dtype, frozen: Callable[..., layers.Frozen]) -> tuple[Posterior, Tensor]:
    """Of a convolutional generator with batch norm, and where chains start."""
    network = SmallConvGenerator(width=4).build(6, (3, 8, 8)).to(dtype)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    z = torch.randn(8, 6, dtype=dtype)
    mean = frozen(network, z)
    return Posterior(mean, mean(z).detach() + 0.3 * torch.randn(8, 3, 8, 8, dtype=dtype), torch.tensor(0.3)), z


def test_the_sampler_is_its_plain_form_draw_for_draw() -> None:
    potential, start = generator_posterior(torch.float64, layers.Frozen)
    drawn, step_size = noise(5, 8, 6, torch.float64), torch.tensor(0.08, dtype=torch.float64)
    ours, adapted = sample(potential, start, step_size, drawn, 2, 5)
    plain, expected = plain_sample(potential, start, step_size, drawn, 2, 5)
    for one, other in zip(ours, plain, strict=True):
        torch.testing.assert_close(one.position, other.position, rtol=1e-8, atol=1e-10)
        torch.testing.assert_close(one.mean, other.mean, rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(adapted, expected, rtol=1e-12, atol=0.0)
    states = torch.stack([point.position for point in ours])
    moved = (states[1:] != states[:-1]).any(dim=2)
    assert moved.any()
    assert not moved.all(), "or nothing would be known of rejected proposals"


def test_a_step_is_the_plain_one(monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training(steps=1, batch_size=16, learning_rate=1e-3)
    spec = RunSpec(
        dataset=DATASETS["digits"], networks=NETWORKS["small_conv"], method=METHODS["presgan"], training=training
    )
    samples = spec.dataset.open(spec.dataset.prepare(None), "train", CPU)
    ours, plain = Trainer(spec, samples, CPU), Trainer(spec, samples, CPU)
    ours.advance()
    monkeypatch.setattr(entropy, "sample", plain_sample)
    monkeypatch.setattr(entropy.layers, "Frozen", Learning)
    plain.advance()
    for name, value in ours.networks.state_dict().items():
        torch.testing.assert_close(value, plain.networks.state_dict()[name], rtol=1e-4, atol=1e-6)
