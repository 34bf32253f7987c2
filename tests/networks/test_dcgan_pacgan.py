from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganpipe.methods.judges.packed import Packed
from ganpipe.networks.dcgan_pacgan import PacGANDiscriminator, PacGANGenerator

Count = Callable[[nn.Module], int]


@pytest.mark.parametrize(("size", "parameters"), [(1, 4_310_401), (4, 4_324_801)])
def test_parameters_on_stacked_mnist(size: int, parameters: int, count: Count) -> None:
    assert count(Packed(size=size).discriminator(PacGANDiscriminator(), (3, 28, 28))) == parameters


@pytest.mark.parametrize(
    ("width", "parameters", "multiple"),
    [(16, 272_737, 1), (32, 1_083_073, 4), (64, 4_316_545, 16), (80, 6_739_681, 25)],
)
def test_parameters_on_celeba(width: int, parameters: int, multiple: int, count: Count) -> None:
    found = count(Packed(size=1).discriminator(PacGANDiscriminator(width=width), (3, 64, 64)))
    assert found == parameters
    assert round(found / 273_000) == multiple


@pytest.mark.parametrize(("side", "sizes"), [(28, [2, 4, 7, 14, 28]), (64, [4, 8, 16, 32, 64])])
def test_feature_maps_have_the_sizes_of_same_padding(side: int, sizes: list[int]) -> None:
    found: list[int] = []

    def note(module: nn.Module, inputs: tuple[torch.Tensor], output: torch.Tensor) -> None:
        found.append(output.shape[-1])

    generator = PacGANGenerator(width=2).build(10, (3, side, side))
    for module in generator.modules():
        if isinstance(module, nn.ConvTranspose2d):
            module.register_forward_hook(note)
    generator(torch.randn(2, 10))
    assert found == sizes[1:]
    found.clear()
    discriminator = PacGANDiscriminator(width=2).build((3, side, side))
    for module in discriminator.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(note)
    discriminator(torch.randn(2, 3, side, side))
    assert found == sizes[-2::-1]


def test_channels_and_batch_norm() -> None:
    generator = PacGANGenerator().build(100, (3, 28, 28))
    convolutions = [module for module in generator.modules() if isinstance(module, nn.ConvTranspose2d)]
    assert [convolution.out_channels for convolution in convolutions] == [256, 128, 64, 3]
    discriminator = PacGANDiscriminator().build((3, 28, 28))
    assert [module.num_features for module in discriminator.modules() if isinstance(module, nn.BatchNorm2d)] == [
        *(128, 256, 512)
    ]
    slopes = {module.negative_slope for module in discriminator.modules() if isinstance(module, nn.LeakyReLU)}
    assert slopes == {0.2}


def test_every_pixel_of_the_image_depends_on_the_latent() -> None:
    generator = PacGANGenerator(width=2).build(4, (3, 28, 28)).eval()
    assert (generator(torch.randn(32, 4)).std(dim=0) > 0).all()


def test_other_sizes_are_refused() -> None:
    for network in (PacGANGenerator(), PacGANDiscriminator()):
        assert network.refuses((3, 32, 32)) == (
            "is made for images of 28x28 or 64x64 pixels, not for samples of shape [3, 32, 32]"
        )
