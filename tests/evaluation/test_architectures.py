from __future__ import annotations

import pytest
import torch
from torch import nn

from ganpipe.evaluation.architectures import Digits8, KerasMnist


def test_keras_mnist_has_the_parameters_of_the_example() -> None:
    network = KerasMnist().build(10)
    # As Keras prints them: 320, 18,496, 1,179,776 and 1,290.
    assert sum(parameter.numel() for parameter in network.parameters()) == 1_199_882


@pytest.mark.parametrize("architecture", [KerasMnist(), KerasMnist(width=8), Digits8()])
def test_maps_images_to_logits(architecture: KerasMnist | Digits8) -> None:
    network = architecture.build(7).eval()
    assert network(torch.zeros(5, 1, architecture.size, architecture.size)).shape == (5, 7)


def test_starts_from_keras_defaults() -> None:
    torch.manual_seed(0)
    dense = next(module for module in KerasMnist().build(10) if isinstance(module, nn.Linear))
    assert dense.weight.abs().max() <= (6 / (9216 + 128)) ** 0.5
    assert not dense.bias.any()
