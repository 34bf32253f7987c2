from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal

from ganpipe.layers import Frozen
from ganpipe.methods.posterior import BlindPosterior, Posterior
from ganpipe.networks.small_conv import SmallConvGenerator

N, DIM, SHAPE = 4, 6, (3, 8, 8)


@pytest.fixture
def posterior() -> Posterior:
    """Of a convolutional generator with batch norm, in float64."""
    torch.manual_seed(0)
    network = SmallConvGenerator(width=4).build(DIM, SHAPE).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    mean = Frozen(network, torch.randn(N, DIM, dtype=torch.float64))
    sigma = 0.1 + torch.rand(SHAPE, dtype=torch.float64)
    return Posterior(mean, torch.randn(N, *SHAPE, dtype=torch.float64), sigma)


def test_the_energy_is_minus_the_log_of_the_joint_density_up_to_a_constant(posterior: Posterior) -> None:
    def log_joint(latents: torch.Tensor) -> torch.Tensor:
        likelihood = Normal(posterior.mean(latents), posterior.sigma).log_prob(posterior.samples)
        return Normal(0.0, 1.0).log_prob(latents).sum(dim=1) + likelihood.flatten(1).sum(dim=1)

    one, other = torch.randn(2, N, DIM, dtype=torch.float64)
    difference = posterior.at(one).energy - posterior.at(other).energy
    torch.testing.assert_close(difference, log_joint(other) - log_joint(one), rtol=1e-10, atol=1e-10)


def test_the_gradient_is_that_of_finite_differences(posterior: Posterior) -> None:
    latents, delta = torch.randn(N, DIM, dtype=torch.float64), 1e-6
    point = posterior.at(latents)
    assert torch.equal(point.mean, posterior.mean(latents))
    torch.testing.assert_close(posterior.gradient(latents), point.gradient)
    for chain in range(N):
        for index in range(DIM):
            shift = torch.zeros_like(latents)
            shift[chain, index] = delta
            slopes = (posterior.at(latents + shift).energy - posterior.at(latents - shift).energy) / (2 * delta)
            assert slopes[chain].item() == pytest.approx(point.gradient[chain, index].item(), rel=1e-6, abs=1e-6)
            # A chain is about its own sample only.
            assert slopes[[other for other in range(N) if other != chain]].abs().max() == 0.0


def test_the_blind_one_has_the_same_energy_and_the_priors_gradient(posterior: Posterior) -> None:
    blind = BlindPosterior(posterior.mean, posterior.samples, posterior.sigma)
    latents = torch.randn(N, DIM, dtype=torch.float64)
    assert torch.equal(blind.at(latents).energy, posterior.at(latents).energy)
    assert torch.equal(blind.at(latents).gradient, latents)
    assert torch.equal(blind.gradient(latents), latents)
    assert not torch.allclose(posterior.gradient(latents), latents)
