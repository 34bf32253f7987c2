from __future__ import annotations

from math import sqrt

import pytest
import torch
from torch import nn
from torch.nn.functional import conv2d, linear

from ganpipe.layers import equalise, normalise_spectrally
from ganpipe.layers.spectral_norm import iterate_spectral_norms


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def original(layer: nn.Module, name: str = "weight") -> torch.Tensor:
    return layer.get_parameter(f"parametrizations.{name}.original").detach()


@pytest.mark.parametrize(("gain", "multiplier"), [(sqrt(2.0), 1.0), (1.0, 1.0), (sqrt(2.0), 0.01)])
def test_weights_are_normal_numbers_times_he_s_constant(gain: float, multiplier: float) -> None:
    layer = equalise(nn.Linear(400, 300), gain, multiplier)
    torch.testing.assert_close(layer.weight.detach(), original(layer) * multiplier * gain / 20.0)
    assert original(layer).std().item() == pytest.approx(1.0 / multiplier, rel=0.02)
    # He et al. 2015, eq. 10: variance gain^2 / fan in, whatever the multiplier.
    assert layer.weight.std().item() == pytest.approx(gain / sqrt(400), rel=0.02)
    assert not layer.bias.any()


def test_a_convolution_s_fan_in_counts_its_places() -> None:
    layer = equalise(nn.Conv2d(50, 60, 3, padding=1))
    torch.testing.assert_close(layer.weight.detach(), original(layer) * sqrt(2.0 / 450))
    with torch.no_grad():
        layer.bias.fill_(2.0)
    x = torch.randn(2, 50, 5, 5)
    torch.testing.assert_close(layer(x), conv2d(x, layer.weight, torch.full((60,), 2.0), padding=1))


def test_the_multiplier_scales_what_an_update_moves() -> None:
    plain, slow = equalise(nn.Linear(4, 3)), equalise(nn.Linear(4, 3), multiplier=0.01)
    for layer, factor in ((plain, 1.0), (slow, 0.01)):
        before = layer.weight.detach().clone(), layer.bias.detach().clone()
        with torch.no_grad():
            for parameter in layer.parameters():
                parameter.add_(1.0)
        torch.testing.assert_close(layer.weight - before[0], torch.full((3, 4), factor * sqrt(2.0 / 4.0)))
        torch.testing.assert_close(layer.bias - before[1], torch.full((3,), factor))
        x = torch.randn(5, 4)
        torch.testing.assert_close(layer(x), linear(x, layer.weight, layer.bias))


def test_a_layer_without_bias_stays_without() -> None:
    assert equalise(nn.Conv2d(2, 3, 1, bias=False), multiplier=0.01).bias is None


def test_a_spectral_norm_is_that_of_the_scaled_weight() -> None:
    layer = equalise(nn.Linear(20, 7))
    normalise_spectrally(layer)
    for _ in range(200):
        iterate_spectral_norms(layer)
    assert torch.linalg.matrix_norm(layer.weight.detach(), 2).item() == pytest.approx(1.0, abs=1e-5)
