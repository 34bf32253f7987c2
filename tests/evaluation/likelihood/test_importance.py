from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import integrate
from torch import Tensor, nn

from ganpipe.evaluation.likelihood.densities import TruncatedGaussian, output_density
from ganpipe.evaluation.likelihood.importance import effective_sample_size, importance_estimate
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.proposal import Proposal
from tests.evaluation.likelihood.linear import drawn, linear_model, noise
from tests.evaluation.likelihood.oracle import plain_log_likelihood

DOUBLE = torch.float64


def monte_carlo_error(ess: float, samples: int) -> float:
    """Of a logarithm of a mean of weights: the weights' relative spread over sqrt(S), to first order."""
    return math.sqrt(1 / ess - 1 / samples)


@pytest.mark.parametrize(("latent_dim", "features"), [(1, 1), (1, 4), (2, 3), (5, 8), (10, 20)])
def test_linear_generators_have_their_exact_marginal(latent_dim: int, features: int) -> None:
    model, samples = linear_model(latent_dim, features), 2000
    points = drawn(model, 20, seed=1)
    found = [
        importance_estimate(model.joint, x, model.proposal(x), noise(samples, latent_dim, seed))
        for seed, x in enumerate(points)
    ]
    differences = np.array([estimate.log_likelihood for estimate in found]) - model.marginal.log_prob(points).numpy()
    errors = np.array([monte_carlo_error(estimate.effective_sample_size, samples) for estimate in found])
    assert np.abs(differences / errors).max() < 4
    assert abs(differences.mean()) < 3 * math.sqrt((errors**2).sum()) / len(points)
    assert 0.5 < np.sqrt(np.mean((differences / errors) ** 2)) < 1.6  # no wider than it has to be, either
    assert errors.max() < 0.3


def test_a_wide_proposal_serves_a_correlated_posterior() -> None:
    model = linear_model(3, 4, correlated=True)
    points = drawn(model, 20, seed=1)
    widest = torch.linalg.eigvalsh(model.precision)[0].rsqrt().expand(3)
    for seed, (x, mean) in enumerate(zip(points, model.posterior_mean(points), strict=True)):
        estimate = importance_estimate(model.joint, x, Proposal(mean, widest), noise(5000, 3, seed))
        error = monte_carlo_error(estimate.effective_sample_size, 5000)
        assert error < 0.1
        assert abs(estimate.log_likelihood - float(model.marginal.log_prob(x))) < 4 * error


def test_an_exact_proposal_leaves_nothing_to_chance() -> None:
    model = linear_model(1, 4)
    (x,) = drawn(model, 1, seed=1)
    estimate = importance_estimate(model.joint, x, model.proposal(x, overdispersion=1.0), noise(50, 1))
    assert estimate.log_likelihood == pytest.approx(float(model.marginal.log_prob(x)), abs=1e-6)
    assert estimate.effective_sample_size == pytest.approx(50)


def test_too_few_latents_estimate_too_low() -> None:
    model = linear_model(5, 8, correlated=True)
    points = drawn(model, 400, seed=2)
    found = [
        importance_estimate(model.joint, x, model.proposal(x, 3.0), noise(4, 5, seed)) for seed, x in enumerate(points)
    ]
    differences = np.array([estimate.log_likelihood for estimate in found]) - model.marginal.log_prob(points).numpy()
    assert differences.mean() + 4 * differences.std() / math.sqrt(len(points)) < 0


@pytest.mark.parametrize("latent_dim", [1, 2])
def test_truncated_marginals_equal_numerical_integration(latent_dim: int) -> None:
    """p(x) = int p(x | z) p(z) dz on a grid of latents; samples have as many dimensions as latents."""
    weight = torch.tensor([[0.7, -0.4], [0.3, 0.9]], dtype=DOUBLE)[:latent_dim, :latent_dim]
    sigma = torch.tensor([0.4, 0.25], dtype=DOUBLE)[:latent_dim]
    joint = Joint(lambda z: (z @ weight.T).tanh() + 0.2, TruncatedGaussian(sigma, -1.0, 1.0), latent_dim)
    line = torch.linspace(-7, 7, 1401 if latent_dim == 1 else 561, dtype=DOUBLE)
    grid = torch.cartesian_prod(*[line] * latent_dim).reshape(-1, latent_dim)
    for seed, x in enumerate(torch.tensor([[0.95, -0.9], [-0.2, 0.4], [-1.0, 1.0]], dtype=DOUBLE)[:, :latent_dim]):
        values = joint.log_prob(x[None], grid).exp().reshape([len(line)] * latent_dim).numpy()
        for _ in range(latent_dim):
            values = integrate.simpson(values, x=line.numpy())
        proposal = Proposal(torch.zeros(latent_dim, dtype=DOUBLE), torch.full((latent_dim,), 1.5, dtype=DOUBLE))
        estimate = importance_estimate(joint, x, proposal, noise(40_000, latent_dim, seed))
        error = monte_carlo_error(estimate.effective_sample_size, 40_000)
        assert error < 0.02
        assert abs(estimate.log_likelihood - math.log(values)) < 3.5 * error


@pytest.mark.parametrize("interval", [None, (-1.0, 1.0)])
def test_images_agree_with_the_formula_as_it_is_printed(interval: tuple[float, float] | None) -> None:
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(3, 48), nn.Tanh(), nn.Unflatten(1, (3, 4, 4)))
    sigma = 0.1 + 0.2 * torch.rand(3, 4, 4)
    sample = 2 * torch.rand(3, 4, 4) - 1
    proposal = Proposal(torch.randn(3), 0.1 + torch.rand(3))
    found = importance_estimate(Joint(generator, output_density(sigma, interval), 3), sample, proposal, noise(60, 3))
    plain = plain_log_likelihood(generator, sigma, sample, (proposal.mean, proposal.deviation), noise(60, 3), interval)
    assert found.log_likelihood == pytest.approx(plain, abs=1e-3)
    assert abs(plain) > 10


@pytest.mark.parametrize("rows", [1, 7, 100, 1000])
def test_chunks_do_not_change_the_value(rows: int) -> None:
    model = linear_model(3, 5)
    (x,) = drawn(model, 1, seed=3)
    whole = importance_estimate(model.joint, x, model.proposal(x), noise(100, 3), rows=100)
    parts = importance_estimate(model.joint, x, model.proposal(x), noise(100, 3), rows=rows)
    assert parts.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-12)
    assert parts.effective_sample_size == pytest.approx(whole.effective_sample_size, rel=1e-12)


def test_no_more_rows_than_asked_for_pass_the_generator() -> None:
    model, seen = linear_model(3, 5), []

    def mean(latents: Tensor) -> Tensor:
        seen.append(len(latents))
        return model.mean(latents)

    (x,) = drawn(model, 1, seed=3)
    importance_estimate(Joint(mean, model.joint.density, 3), x, model.proposal(x), noise(100, 3), rows=40)
    assert seen == [40, 40, 20]


def test_effective_sample_size() -> None:
    weights = torch.tensor([1.0, 2.0, 5.0, 0.5], dtype=DOUBLE)
    expected = float(weights.sum() ** 2 / weights.square().sum())
    assert float(effective_sample_size(weights.log())) == pytest.approx(expected)
    assert float(effective_sample_size(weights.log() - 5000)) == pytest.approx(expected)
    assert float(effective_sample_size(torch.zeros(9, dtype=DOUBLE))) == pytest.approx(9)
    assert float(effective_sample_size(torch.tensor([0.0, -torch.inf, -torch.inf], dtype=DOUBLE))) == pytest.approx(1)


def test_a_generator_that_makes_nothing_finite_has_no_likelihood() -> None:
    model = linear_model(2, 3)
    (x,) = drawn(model, 1, seed=0)
    joint = Joint(lambda z: model.mean(z) * torch.nan, model.joint.density, 2)
    assert math.isnan(importance_estimate(joint, x, model.proposal(x), noise(10, 2)).log_likelihood)
