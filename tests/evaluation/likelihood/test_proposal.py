from __future__ import annotations

import pytest
import torch

from ganpipe.evaluation.likelihood.densities import OutputGaussian
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.proposal import Proposal, posterior_modes, propose
from tests.evaluation.likelihood.linear import LinearModel, drawn, linear_model, noise


class Fixed(torch.nn.Module):
    """An encoder that says the same of every sample."""

    def __init__(self, mean: list[float], log_variance: list[float]) -> None:
        super().__init__()
        self.answer = torch.tensor([*mean, *log_variance], dtype=torch.float64)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        return self.answer.expand(len(samples), -1)


def test_density_and_draws_are_of_one_distribution() -> None:
    proposal = Proposal(torch.tensor([1.0, -2.0]), torch.tensor([0.5, 3.0]))
    draws = noise(7, 2)
    reference = torch.distributions.Normal(proposal.mean.double(), proposal.deviation.double())
    expected = reference.log_prob(proposal.latents(draws).double()).sum(1)
    assert torch.allclose(proposal.log_prob(draws), expected, atol=1e-5)


def test_modes_of_linear_generators() -> None:
    model = linear_model(3, 6)
    points = drawn(model, 10, seed=1)
    start = torch.zeros(10, 3, dtype=torch.float64)
    modes = posterior_modes(model.joint, points, start, steps=2000, learning_rate=0.01)
    assert torch.allclose(modes, model.posterior_mean(points), atol=1e-3)
    assert not start.any()


def test_the_best_is_kept_wherever_the_ascent_ends() -> None:
    model = linear_model(2, 4)
    points = drawn(model, 5, seed=1)
    best = model.posterior_mean(points)
    assert torch.equal(posterior_modes(model.joint, points, best, steps=7, learning_rate=10.0), best)


def test_the_last_step_counts() -> None:
    model = linear_model(2, 4)
    points, start = drawn(model, 5, seed=1), torch.zeros(5, 2, dtype=torch.float64)
    modes = posterior_modes(model.joint, points, start, steps=1, learning_rate=0.01)
    # Adam's first step is as long as its learning rate in every latent, uphill.
    assert torch.allclose(modes, 0.01 * model.posterior_mean(points).sign(), atol=1e-6)


def test_points_do_not_see_each_other() -> None:
    model = linear_model(2, 4)
    points, start = drawn(model, 6, seed=1), torch.zeros(6, 2, dtype=torch.float64)
    together = posterior_modes(model.joint, points, start, 50, 0.05)
    backwards = posterior_modes(model.joint, points.flip(0), start, 50, 0.05).flip(0)
    alone = torch.cat([posterior_modes(model.joint, x[None], start[:1], 50, 0.05) for x in points])
    assert torch.allclose(together, alone, rtol=1e-12)
    assert torch.allclose(together, backwards, rtol=1e-12)


def test_a_point_without_a_finite_density_keeps_its_start() -> None:
    model: LinearModel = linear_model(2, 4)
    joint = Joint(lambda z: model.mean(z) / 0.0, OutputGaussian(model.sigma), 2)
    start = torch.ones(3, 2, dtype=torch.float64)
    assert torch.equal(posterior_modes(joint, drawn(model, 3, seed=1), start, 2, 0.01), start)


@pytest.mark.parametrize("overdispersion", [1.0, 1.2, 4.0])
def test_proposals_are_around_the_mode_and_wider_than_the_encoder(overdispersion: float) -> None:
    model = linear_model(2, 4)
    points = drawn(model, 4, seed=2)
    encoder = Fixed([0.3, -0.1], [-2.0, 0.5])
    proposals = propose(model.joint, encoder, points, steps=30, learning_rate=0.02, overdispersion=overdispersion)
    start = torch.tensor([[0.3, -0.1]], dtype=torch.float64).expand(4, 2)
    modes = posterior_modes(model.joint, points, start, 30, 0.02)
    variance = overdispersion * torch.tensor([-2.0, 0.5], dtype=torch.float64).exp()
    for mode, proposal in zip(modes, proposals, strict=True):
        assert torch.equal(proposal.mean, mode)
        assert torch.allclose(proposal.deviation**2, variance)
