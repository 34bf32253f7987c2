from __future__ import annotations

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.spec.networks import Networks


def networks(**settings: object) -> Networks:
    return Networks(generator=MLPGenerator(), discriminator=MLPDiscriminator(), **settings)  # type: ignore[arg-type]


def test_normal_latents_are_standard_normal() -> None:
    latents = networks(latent_dim=3).latents(np.random.default_rng(0), 50_000)
    assert latents.dtype == torch.float32
    assert latents.shape == (50_000, 3)
    np.testing.assert_allclose(latents.mean(dim=0), 0.0, atol=0.02)
    np.testing.assert_allclose(torch.cov(latents.T), np.eye(3), atol=0.02)
    assert latents.abs().max() > 3.5


def test_uniform_latents_fill_the_interval_from_minus_one_to_one() -> None:
    latents = networks(latent_dim=2, latent_distribution="uniform").latents(np.random.default_rng(0), 50_000)
    assert latents.dtype == torch.float32
    assert -1.0 <= latents.min() < -0.999
    assert 0.999 < latents.max() < 1.0
    np.testing.assert_allclose(torch.histc(latents, 10, -1, 1) / 100_000, 0.1, atol=0.005)


@pytest.mark.parametrize("distribution", ["normal", "uniform"])
def test_latents_are_a_function_of_the_generator_and_a_longer_draw_begins_like_a_shorter_one(distribution: str) -> None:
    prior = networks(latent_dim=2, latent_distribution=distribution)
    short = prior.latents(np.random.default_rng(1), 10)
    assert torch.equal(prior.latents(np.random.default_rng(1), 100)[:10], short)
    assert not torch.equal(prior.latents(np.random.default_rng(2), 10), short)


def test_a_network_in_the_wrong_role_is_refused() -> None:
    with pytest.raises(ValidationError):
        Networks.parse({"generator": {"kind": "maxout"}, "discriminator": {"kind": "mlp"}})
    with pytest.raises(ValidationError):
        Networks(generator=MLPDiscriminator(), discriminator=MLPDiscriminator())  # type: ignore[arg-type]
