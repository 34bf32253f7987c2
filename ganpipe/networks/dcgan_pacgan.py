"""DCGAN with 5x5 kernels (the TensorFlow form) on which PacGAN's stacked MNIST and CelebA tables build.

The original pads asymmetrically ("SAME"); here the padding is symmetric, which shifts the kernels by half a pixel and
leaves sizes and parameter counts as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn
from ganpipe.networks.network import (
    ACTIVATIONS,
    Activation,
    DiscriminatorNetwork,
    GeneratorNetwork,
    Shape,
    initialise_normal,
    normalisation,
    refuses_unless_image,
)

if TYPE_CHECKING:
    from ganpipe.layers import Features

SIZES = {28: (2, 4, 7, 14, 28), 64: (4, 8, 16, 32, 64)}
"""Height of the feature maps from the projected latent to the image, as "SAME" padding halves them."""


class PacGANGenerator(GeneratorNetwork):
    """A linear layer and four transposed 5x5 convolutions of stride 2: 8w, 4w, 2w, w, C channels."""

    kind: Literal["dcgan_pacgan"] = "dcgan_pacgan"
    source: ClassVar[str] = "PacGAN, section 4.2 and 4.3, released code"
    width: int = Field(64, ge=1, description="channels before the image")
    activation: Activation = "relu"

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        sizes = SIZES[sample_shape[-1]]
        widths = [8 * self.width, 4 * self.width, 2 * self.width, self.width, sample_shape[0]]
        stack: list[nn.Module] = [
            nn.Linear(latent_dim, widths[0] * sizes[0] ** 2),
            layers.Reshape(widths[0], sizes[0], sizes[0]),
        ]
        for index in range(4):
            extra = sizes[index + 1] - (2 * sizes[index] - 1)
            stack += [
                nn.BatchNorm2d(widths[index]),
                ACTIVATIONS[self.activation](),
                nn.ConvTranspose2d(widths[index], widths[index + 1], 5, 2, padding=2, output_padding=extra),
            ]
        return nn.Sequential(*stack, nn.Tanh()).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, tuple(SIZES))


class PacGANDiscriminator(DiscriminatorNetwork):
    """Four 5x5 convolutions of stride 2: w, 2w, 4w, 8w channels; leaky ReLU 0.2, batch norm on all but the first."""

    kind: Literal["dcgan_pacgan"] = "dcgan_pacgan"
    source: ClassVar[str] = "PacGAN, section 4.2 and 4.3, released code"
    width: int = Field(64, ge=1, description="channels after the first convolution")
    batch_norm: bool = Field(True, description="not in a critic with gradient penalty, nor on mixed batches")

    def build(self, sample_shape: Shape) -> Features:
        stack: list[nn.Module] = [nn.Conv2d(sample_shape[0], self.width, 5, 2, 2), nn.LeakyReLU(0.2)]
        for inner in (self.width, 2 * self.width, 4 * self.width):
            stack.append(nn.Conv2d(inner, 2 * inner, 5, 2, 2))
            stack += [*normalisation(2 * inner, self.batch_norm), nn.LeakyReLU(0.2)]
        last = SIZES[sample_shape[-1]][0]
        return layers.Features(*stack, nn.Flatten(), out_features=8 * self.width * last**2).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, tuple(SIZES))
