from __future__ import annotations

from collections.abc import Callable

from torch import nn

from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.networks.small_conv import SmallConvDiscriminator, SmallConvGenerator

Count = Callable[[nn.Module], int]


def test_parameters(count: Count) -> None:
    generator = SmallConvGenerator(width=16).build(64, (3, 8, 8))
    assert count(generator) == (64 * 128 + 128) + 2 * 32 + (32 * 16 * 16 + 16) + 2 * 16 + (16 * 3 * 16 + 3)
    discriminator = Single().discriminator(SmallConvDiscriminator(width=2), (3, 8, 8))
    assert count(discriminator) == (3 * 2 * 16 + 2) + (2 * 4 * 16 + 4) + 2 * 4 + 17


def test_packing_adds_few_parameters(count: Count) -> None:
    networks = [Packed(size=size).discriminator(SmallConvDiscriminator(width=2), (3, 8, 8)) for size in (1, 2)]
    assert count(networks[1]) - count(networks[0]) == 3 * 2 * 16


def test_only_8_pixels_are_accepted() -> None:
    for network in (SmallConvGenerator(), SmallConvDiscriminator()):
        assert network.refuses((3, 8, 8)) is None
        assert network.refuses((3, 28, 28)) is not None
        assert network.refuses((2,)) is not None
