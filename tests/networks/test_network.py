from __future__ import annotations

import pytest
import torch
from torch import nn

from ganpipe.layers import Features, Reshape
from ganpipe.networks.network import ACTIVATIONS, initialise_normal, refuses_unless_image


@pytest.mark.parametrize("layer", [nn.Linear(300, 300), nn.Conv2d(40, 80, 5), nn.ConvTranspose2d(40, 80, 5)])
def test_weights_are_normal_with_deviation_one_fiftieth_and_biases_zero(layer: nn.Module) -> None:
    layer.apply(initialise_normal)
    weight = layer.get_parameter("weight")
    assert weight.mean().abs() < 5 * 0.02 / weight.numel() ** 0.5
    assert weight.std().item() == pytest.approx(0.02, rel=0.02)
    assert weight.abs().max() > 3 * 0.02, "a uniform distribution has no tails"
    assert torch.equal(layer.get_parameter("bias"), torch.zeros_like(layer.get_parameter("bias")))


@pytest.mark.parametrize("layer", [nn.BatchNorm1d(10_000), nn.BatchNorm2d(10_000)])
def test_batch_norm_scales_are_normal_around_one(layer: nn.Module) -> None:
    layer.apply(initialise_normal)
    weight = layer.get_parameter("weight")
    assert weight.mean().item() == pytest.approx(1.0, abs=1e-3)
    assert weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert torch.equal(layer.get_parameter("bias"), torch.zeros(10_000))


def test_layers_inside_a_network_are_initialised_too_also_without_bias() -> None:
    network = nn.Sequential(nn.Sequential(nn.Linear(100, 100, bias=False)), nn.ReLU()).apply(initialise_normal)
    assert network[0][0].weight.std().item() == pytest.approx(0.02, rel=0.05)


def test_reshape_keeps_the_batch_and_the_order() -> None:
    x = torch.arange(24.0).reshape(2, 12)
    assert torch.equal(Reshape(3, 2, 2)(x), x.reshape(2, 3, 2, 2))


def test_features_know_their_width() -> None:
    features = Features(nn.Linear(2, 5), nn.ReLU(), out_features=5)
    assert features(torch.zeros(3, 2)).shape == (3, features.out_features)


def test_the_slope_of_leaky_relu_is_that_of_dcgan() -> None:
    assert ACTIVATIONS["leaky_relu"]()(torch.tensor([-1.0, 2.0])).tolist() == pytest.approx([-0.2, 2.0])


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 64, 64), (15, 64, 64)])
def test_square_images_of_a_known_size_are_accepted(shape: tuple[int, ...]) -> None:
    assert refuses_unless_image(shape, (28, 64)) is None


@pytest.mark.parametrize("shape", [(2,), (3, 32, 32), (3, 28, 64), (28, 28)])
def test_anything_else_is_refused_with_a_sentence(shape: tuple[int, ...]) -> None:
    assert refuses_unless_image(shape, (28, 64)) == (
        f"is made for images of 28x28 or 64x64 pixels, not for samples of shape {list(shape)}"
    )
