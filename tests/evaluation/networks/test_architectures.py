from __future__ import annotations

import pytest
import torch
from torch import nn

from ganpipe.evaluation.networks.architectures import Architecture, Colour32, Colour64, Digits8, KerasMnist


def test_keras_mnist_has_the_parameters_of_the_example() -> None:
    network = KerasMnist().build(10)
    # As Keras prints them: 320, 18,496, 1,179,776 and 1,290.
    assert sum(parameter.numel() for parameter in network.parameters()) == 1_199_882


@pytest.mark.parametrize("architecture", [KerasMnist(), KerasMnist(width=8), Digits8(), Colour32(), Colour64(width=4)])
def test_maps_images_to_logits(architecture: Architecture) -> None:
    network = architecture.build(7).eval()
    images = torch.zeros(5, architecture.channels, architecture.size, architecture.size)
    assert network(images).shape == (5, 7)
    assert isinstance(network[-1], nn.Linear)
    assert network[:-1](images).shape == (5, network[-1].in_features)


def test_colour_networks_have_the_parameters_of_their_stages() -> None:
    def stage(inputs: int, width: int) -> int:
        return 9 * inputs * width + 9 * width**2 + 4 * width

    expected = stage(3, 32) + stage(32, 64) + stage(64, 128) + 129 * 10
    assert sum(parameter.numel() for parameter in Colour32().build(10).parameters()) == expected
    expected = stage(3, 32) + stage(32, 64) + stage(64, 128) + stage(128, 256) + 257 * 10
    assert sum(parameter.numel() for parameter in Colour64().build(10).parameters()) == expected


def test_starts_from_keras_defaults() -> None:
    torch.manual_seed(0)
    dense = next(module for module in KerasMnist().build(10) if isinstance(module, nn.Linear))
    assert dense.weight.abs().max() <= (6 / (9216 + 128)) ** 0.5
    assert not dense.bias.any()
