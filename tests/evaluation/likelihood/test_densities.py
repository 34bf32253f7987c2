from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import integrate, special, stats

from ganpipe.evaluation.likelihood.densities import OutputGaussian, TruncatedGaussian, output_density
from ganpipe.layers import Density


def test_gaussian_is_the_one_that_methods_train_with() -> None:
    density = Density((3, 4, 4), initial=0.3, low=0.001, high=1.0)
    with torch.no_grad():
        density.log_sigma += torch.linspace(-1, 0, 48).reshape(3, 4, 4)
    samples, means = torch.linspace(-1, 1, 96).reshape(2, 3, 4, 4), torch.zeros(2, 3, 4, 4)
    found = OutputGaussian(density.sigma.detach()).log_prob(samples, means)
    assert found.dtype == torch.float64
    assert torch.allclose(found, density.log_prob(samples, means).double(), rtol=1e-5)


def test_one_sample_stands_beside_many_means() -> None:
    means = torch.linspace(-1, 1, 24).reshape(4, 1, 2, 3)
    for density in (OutputGaussian(torch.full((1, 2, 3), 0.2)), TruncatedGaussian(torch.full((1, 2, 3), 0.2), -1, 1)):
        one_by_one = [density.log_prob(means[1:2], mean[None]) for mean in means]
        assert torch.allclose(density.log_prob(means[1:2], means), torch.cat(one_by_one))


def test_totals_of_narrow_densities_keep_their_digits() -> None:
    """Of four thousand million nats; a total in float32 would be off by 22."""
    random = torch.Generator().manual_seed(0)
    samples, means = (2 * torch.rand(1, 3, 64, 64, generator=random) - 1 for _ in range(2))
    sigma = torch.full((3, 64, 64), 0.001)
    exact = stats.norm.logpdf(samples[0].double(), means[0].double(), sigma.double()).sum()
    found = float(OutputGaussian(sigma).log_prob(samples, means))
    assert abs(exact) > 1e9
    assert found == pytest.approx(exact, abs=10)


@pytest.mark.parametrize("mean", [-2.5, -1.0, -0.3, 0.0, 0.99, 1.0, 3.0])
@pytest.mark.parametrize("sigma", [0.05, 0.3, 2.0])
def test_truncated_density_integrates_to_one(mean: float, sigma: float) -> None:
    density = TruncatedGaussian(torch.tensor([sigma], dtype=torch.float64), -1.0, 1.0)
    x = torch.linspace(-1, 1, 40001, dtype=torch.float64)[:, None]
    values = density.log_prob(x, torch.full_like(x, mean)).exp()
    assert integrate.simpson(values.numpy(), x=x[:, 0].numpy()) == pytest.approx(1, rel=1e-6)


def test_truncated_density_integrates_to_one_in_two_dimensions() -> None:
    density = TruncatedGaussian(torch.tensor([0.3, 0.8], dtype=torch.float64), 0.0, 1.0)
    line = torch.linspace(0, 1, 401, dtype=torch.float64)
    x = torch.cartesian_prod(line, line)
    values = density.log_prob(x, torch.tensor([[0.9, -0.2]], dtype=torch.float64)).exp().reshape(401, 401).numpy()
    assert integrate.simpson(integrate.simpson(values, x=line.numpy()), x=line.numpy()) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("sigma", [0.001, 0.1, 0.3, 5.0])
@pytest.mark.parametrize("outermost", [1.0, 3.0])
def test_mass_in_float32_is_right_wherever_the_mean_is(sigma: float, outermost: float) -> None:
    means = torch.linspace(-outermost, outermost, 41)
    found = TruncatedGaussian(torch.tensor([sigma]), -1.0, 1.0).log_mass(means[:, None])[:, 0]
    scale, distance = float(np.float32(sigma)), means.double().abs().numpy()
    upper, lower = (special.log_ndtr((end - distance) / scale) for end in (1.0, -1.0))
    exact = upper + np.log(-np.expm1(lower - upper))
    assert np.isfinite(exact).all()
    assert found.numpy() == pytest.approx(exact, rel=1e-5, abs=2e-6)


@pytest.mark.parametrize("outermost", [1.0, 3.0])
def test_gradient_of_the_mass_is_finite_and_right(outermost: float) -> None:
    density = TruncatedGaussian(torch.tensor([0.3], dtype=torch.float64), -1.0, 1.0)
    means = torch.linspace(-outermost, outermost, 21, dtype=torch.float64)[:, None].requires_grad_()
    (gradient,) = torch.autograd.grad(density.log_mass(means).sum(), means)
    step = 1e-6
    with torch.no_grad():
        difference = (density.log_mass(means + step) - density.log_mass(means - step)) / (2 * step)
    inner = slice(1, -1)  # at the ends themselves the two forms meet
    assert torch.allclose(gradient[inner], difference[inner], rtol=1e-5, atol=1e-6)
    narrow = TruncatedGaussian(torch.tensor([0.001]), -1.0, 1.0)
    single = torch.linspace(-outermost, outermost, 21)[:, None].requires_grad_()
    assert torch.autograd.grad(narrow.log_mass(single).sum(), single)[0].isfinite().all()


def test_pixels_are_truncated_to_their_range_and_points_are_not() -> None:
    sigma = torch.ones(2)
    assert type(output_density(sigma, None)) is OutputGaussian
    pixels = output_density(sigma, (0.0, 1.0))
    assert isinstance(pixels, TruncatedGaussian)
    assert (pixels.low, pixels.high) == (0.0, 1.0)
