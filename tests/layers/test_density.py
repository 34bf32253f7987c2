from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Normal

from ganpipe.layers import Density


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_there_is_one_sigma_for_every_pixel_and_channel() -> None:
    density = Density((3, 8, 8), 0.2, 0.1, 0.3)
    torch.testing.assert_close(density.sigma, torch.full((3, 8, 8), 0.2))
    assert [name for name, _ in density.named_parameters()] == ["log_sigma"]


def test_the_log_density_is_that_of_a_normal_distribution() -> None:
    density = Density((2, 3), 1.0, 1e-3, 10.0).double()
    with torch.no_grad():
        density.log_sigma.copy_(torch.randn(2, 3))
    samples, means = torch.randn(5, 2, 3, dtype=torch.float64), torch.randn(5, 2, 3, dtype=torch.float64)
    expected = Normal(means, density.sigma).log_prob(samples).sum(dim=(1, 2))
    torch.testing.assert_close(density.log_prob(samples, means), expected, rtol=1e-12, atol=1e-12)


def test_a_clamp_moves_only_what_is_out_of_range() -> None:
    density = Density((3,), 0.2, 0.1, 0.3)
    with torch.no_grad():
        density.log_sigma.copy_(torch.tensor([math.log(0.01), math.log(0.2), math.log(5.0)]))
    parameter = density.log_sigma
    density.clamp()
    torch.testing.assert_close(density.sigma, torch.tensor([0.1, 0.2, 0.3]))
    assert density.log_sigma is parameter
    assert parameter.requires_grad
