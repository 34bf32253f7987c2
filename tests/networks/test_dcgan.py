from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn

from ganpipe.methods.judges.single import Single
from ganpipe.networks.dcgan import DCGANDiscriminator, DCGANGenerator

Count = Callable[[nn.Module], int]


def test_parameters_are_those_of_the_pytorch_example(count: Count) -> None:
    # The PyTorch DCGAN tutorial at nz = 100, ngf = ndf = 64, nc = 3.
    assert count(DCGANGenerator().build(100, (3, 64, 64))) == 3_576_704
    assert count(Single().discriminator(DCGANDiscriminator(), (3, 64, 64))) == 2_765_568


def test_there_is_no_bias_anywhere_but_in_batch_norm() -> None:
    networks = (
        DCGANGenerator(width=2).build(5, (1, 64, 64)),
        Single().discriminator(DCGANDiscriminator(width=2), (1, 64, 64)),
    )
    for network in networks:
        for module in network.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                assert module.bias is None


def test_the_linear_head_is_the_last_convolution_of_the_released_code() -> None:
    discriminator = Single().discriminator(DCGANDiscriminator(width=2), (3, 64, 64))
    images = torch.randn(4, 3, 64, 64)
    features, head = discriminator[0], discriminator[1]
    maps = nn.Sequential(*list(features)[:-1])(images)
    convolution = nn.functional.conv2d(maps, head.weight.reshape(1, 16, 4, 4))
    torch.testing.assert_close(discriminator(images), convolution.flatten())


def test_only_64_pixels_are_accepted() -> None:
    for network in (DCGANGenerator(), DCGANDiscriminator()):
        assert network.refuses((3, 64, 64)) is None
        assert network.refuses((3, 28, 28)) is not None
