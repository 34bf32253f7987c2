from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganpipe.methods.judges.packed import Packed
from ganpipe.networks.dcgan_unrolled import UnrolledDiscriminator, UnrolledGenerator

Count = Callable[[nn.Module], int]


@pytest.mark.parametrize(("size", "parameters"), [(1, 585), (2, 585 + 54), (4, 585 + 162)])
def test_the_quarter_discriminator_has_585_parameters_and_packing_adds_few(
    size: int, parameters: int, count: Count
) -> None:
    assert count(Packed(size=size).discriminator(UnrolledDiscriminator(width=2), (3, 28, 28))) == parameters


def test_the_half_discriminator_has_twice_the_filters() -> None:
    network = UnrolledDiscriminator(width=4).build((3, 28, 28))
    assert [module.out_channels for module in network.modules() if isinstance(module, nn.Conv2d)] == [4, 8, 16]
    assert sum(isinstance(module, nn.BatchNorm2d) for module in network.modules()) == 3
    assert {module.negative_slope for module in network.modules() if isinstance(module, nn.LeakyReLU)} == {0.3}


def test_the_generator_grows_from_4_to_28_pixels(count: Count) -> None:
    network = UnrolledGenerator().build(256, (3, 28, 28))
    sizes: list[tuple[int, ...]] = []
    for module in network.modules():
        if isinstance(module, nn.ConvTranspose2d | nn.Conv2d):
            module.register_forward_hook(lambda _module, _inputs, output: sizes.append(tuple(output.shape[1:])))
    network(torch.randn(2, 256))
    assert sizes == [(32, 7, 7), (16, 14, 14), (8, 28, 28), (3, 28, 28)]
    linear = 256 * 1024 + 1024
    convolutions = (64 * 32 * 9 + 32) + (32 * 16 * 9 + 16) + (16 * 8 * 9 + 8) + (8 * 3 * 9 + 3)
    assert count(network) == linear + convolutions + 2 * (64 + 32 + 16 + 8)


def test_only_28_pixels_are_accepted() -> None:
    for network in (UnrolledGenerator(), UnrolledDiscriminator()):
        assert network.refuses((3, 28, 28)) is None
        assert network.refuses((3, 64, 64)) is not None
