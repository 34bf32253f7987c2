"""Residual networks of InvertGAN's images: tables 3 and 4 are the "resnet" of Mescheder et al.'s released code.

Mescheder, Geiger, Nowozin: Which training methods for GANs do actually converge?, 2018.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn
from ganpipe.networks.network import DiscriminatorNetwork, GeneratorNetwork, Shape, refuses_unless_image

if TYPE_CHECKING:
    from ganpipe.layers import Features

SMALLEST = {32: 4, 48: 6, 64: 4}
"""Height of the smallest feature maps, by that of the image; each step between them doubles it."""
WIDEST = 8
"""Channels of the widest block, in multiples of the narrowest."""


def channels(width: int, size: int) -> list[int]:
    """Channels from the image's height down to the smallest: w, 2w, 4w, 8w, and no more."""
    halvings = (size // SMALLEST[size]).bit_length() - 1
    return [width * min(2**index, WIDEST) for index in range(halvings + 1)]


class ResnetGenerator(GeneratorNetwork):
    """A linear layer, residual blocks of 8w, 4w, 2w, w, w channels with nearest-neighbour upsampling between, tanh."""

    kind: Literal["resnet"] = "resnet"
    source: ClassVar[str] = "InvertGAN, table 4; Mescheder et al. 2018, released code"
    width: int = Field(64, ge=1, description="channels before the image")

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        widths = channels(self.width, sample_shape[-1])[::-1]
        smallest = SMALLEST[sample_shape[-1]]
        stack: list[nn.Module] = [
            nn.Linear(latent_dim, widths[0] * smallest**2),
            layers.Reshape(widths[0], smallest, smallest),
        ]
        for inner, outer in pairwise(widths):
            stack += [layers.ResidualBlock(inner, outer), nn.Upsample(scale_factor=2)]
        stack += [layers.ResidualBlock(self.width, self.width), nn.LeakyReLU(0.2)]
        return nn.Sequential(*stack, nn.Conv2d(self.width, sample_shape[0], 3, padding=1), nn.Tanh())

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, tuple(SMALLEST))


class ResnetDiscriminator(DiscriminatorNetwork):
    """A convolution and residual blocks of w, w, 2w, 4w, 8w channels with 3x3 average pooling of stride 2 between.

    With a linear layer to the latents on top it is table 3, the inverse F; of the discriminator the paper says nothing.
    """

    kind: Literal["resnet"] = "resnet"
    source: ClassVar[str] = "InvertGAN, table 3; Mescheder et al. 2018, released code"
    width: int = Field(64, ge=1, description="channels after the first convolution")

    def build(self, sample_shape: Shape) -> Features:
        widths = channels(self.width, sample_shape[-1])
        stack: list[nn.Module] = [nn.Conv2d(sample_shape[0], self.width, 3, padding=1)]
        stack.append(layers.ResidualBlock(self.width, self.width))
        for inner, outer in pairwise(widths):
            stack += [nn.AvgPool2d(3, stride=2, padding=1), layers.ResidualBlock(inner, outer)]
        out_features = widths[-1] * SMALLEST[sample_shape[-1]] ** 2
        return layers.Features(*stack, nn.LeakyReLU(0.2), nn.Flatten(), out_features=out_features)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, tuple(SMALLEST))
