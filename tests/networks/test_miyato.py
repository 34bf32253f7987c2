from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.networks.miyato import MiyatoDiscriminator, MiyatoGenerator

Count = Callable[[nn.Module], int]


def affine(inner: int, outer: int, kernel: int) -> int:
    """Parameters of a convolution with bias."""
    return inner * outer * kernel**2 + outer


# 4x4 convolutions with batch norm to 256, 128, 64 channels, and the 3x3 one to the image.
SHARED_G = (affine(512, 256, 4) + 512) + (affine(256, 128, 4) + 256) + (affine(128, 64, 4) + 128) + affine(64, 3, 3)
SHARED_D = (
    *(affine(3, 64, 3), affine(64, 64, 4), affine(64, 128, 3), affine(128, 128, 4)),
    *(affine(128, 256, 3), affine(256, 256, 4), affine(256, 512, 3)),
)


@pytest.mark.parametrize(
    ("side", "parameters"),
    [
        (32, 128 * 8192 + 8192 + SHARED_G),
        (48, 128 * 18432 + 18432 + SHARED_G),
        (64, 128 * 16384 + 16384 + (affine(1024, 512, 4) + 1024) + SHARED_G),
    ],
)
def test_parameters_of_the_generator(side: int, parameters: int, count: Count) -> None:
    assert count(MiyatoGenerator().build(128, (3, side, side))) == parameters


@pytest.mark.parametrize(
    ("side", "parameters"),
    [
        (32, sum(SHARED_D) + 512 * 16 + 1),
        (48, sum(SHARED_D) + 512 * 36 + 1),
        (64, sum(SHARED_D) + affine(512, 512, 4) + 512 * 16 + 1),
    ],
)
def test_parameters_of_the_discriminator(side: int, parameters: int, count: Count) -> None:
    assert count(Single().discriminator(MiyatoDiscriminator(), (3, side, side))) == parameters


def test_the_totals_at_32_pixels_are_those_added_up_on_paper(count: Count) -> None:
    assert count(MiyatoGenerator().build(128, (3, 32, 32))) == 3_812_355
    assert count(Single().discriminator(MiyatoDiscriminator(), (3, 32, 32))) == 2_935_873


def test_packing_widens_only_the_first_layer(count: Count) -> None:
    packed = Packed(size=3).discriminator(MiyatoDiscriminator(), (3, 32, 32))
    assert count(packed) - count(Single().discriminator(MiyatoDiscriminator(), (3, 32, 32))) == 6 * 64 * 9


def shapes(network: nn.Module, inputs: torch.Tensor) -> list[tuple[int, ...]]:
    """Channels, height and width after every convolution."""
    found: list[tuple[int, ...]] = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.register_forward_hook(lambda _module, _inputs, output: found.append(tuple(output.shape[1:3])))
    network(inputs)
    return found


@pytest.mark.parametrize(
    ("side", "sizes"),
    [
        (32, [(8, 8), (4, 16), (2, 32), (3, 32)]),
        (48, [(8, 12), (4, 24), (2, 48), (3, 48)]),
        (64, [(16, 8), (8, 16), (4, 32), (2, 64), (3, 64)]),
    ],
)
def test_the_generator_doubles_its_side(side: int, sizes: list[tuple[int, int]]) -> None:
    assert shapes(MiyatoGenerator(width=2).build(5, (3, side, side)), torch.randn(2, 5)) == sizes


@pytest.mark.parametrize(("side", "more"), [(32, []), (48, []), (64, [(16, 4)])])
def test_the_discriminator_halves_it(side: int, more: list[tuple[int, int]]) -> None:
    half, quarter, eighth = side // 2, side // 4, side // 8
    expected = [(2, side), (2, half), (4, half), (4, quarter), (8, quarter), (8, eighth), (16, eighth), *more]
    network = MiyatoDiscriminator(width=2).build((3, side, side))
    assert shapes(network, torch.randn(2, 3, side, side)) == expected


def test_slopes_and_batch_norm() -> None:
    discriminator = MiyatoDiscriminator(width=2).build((3, 64, 64))
    assert {module.negative_slope for module in discriminator if isinstance(module, nn.LeakyReLU)} == {0.1}
    assert not any(isinstance(module, nn.BatchNorm2d) for module in discriminator)
    assert MiyatoDiscriminator().batch_field is None
    generator = MiyatoGenerator(width=2).build(5, (3, 32, 32))
    assert [module.num_features for module in generator if isinstance(module, nn.BatchNorm2d)] == [8, 4, 2]  # type: ignore[attr-defined]


def test_32_48_and_64_pixels_are_accepted() -> None:
    for network in (MiyatoGenerator(), MiyatoDiscriminator()):
        assert [network.refuses((3, side, side)) is None for side in (8, 28, 32, 48, 64)] == [False] * 2 + [True] * 3
