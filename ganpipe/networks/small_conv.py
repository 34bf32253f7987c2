"""Small convolutional networks for 8x8 images, for experiments that must run on a laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn
from ganpipe.networks.network import (
    DiscriminatorNetwork,
    GeneratorNetwork,
    Shape,
    initialise_normal,
    normalisation,
    refuses_unless_image,
)

if TYPE_CHECKING:
    from ganpipe.layers import Features


class SmallConvGenerator(GeneratorNetwork):
    """A linear layer to 2x2 and two transposed 4x4 convolutions: 2w, w, C channels; batch norm, ReLU, tanh."""

    kind: Literal["small_conv"] = "small_conv"
    source: ClassVar[str] = "DCGAN's rules at 8x8"
    width: int = Field(16, ge=1)

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        wide, narrow = 2 * self.width, self.width
        return nn.Sequential(
            *(nn.Linear(latent_dim, wide * 4), layers.Reshape(wide, 2, 2), nn.BatchNorm2d(wide), nn.ReLU()),
            *(nn.ConvTranspose2d(wide, narrow, 4, 2, 1), nn.BatchNorm2d(narrow), nn.ReLU()),
            *(nn.ConvTranspose2d(narrow, sample_shape[0], 4, 2, 1), nn.Tanh()),
        ).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, (8,))


class SmallConvDiscriminator(DiscriminatorNetwork):
    """Two 4x4 convolutions of stride 2 with w and 2w channels, batch norm on the second, leaky ReLU 0.2.

    At width 4 the discriminator is weak on purpose: a much stronger one covers the 1000 modes of stacked digits without
    any remedy and nothing could be compared; at width 2 it cannot tell real from generated digits at all.
    """

    kind: Literal["small_conv"] = "small_conv"
    source: ClassVar[str] = "DCGAN's rules at 8x8"
    width: int = Field(4, ge=1)
    batch_norm: bool = Field(True, description="not in a critic with gradient penalty, nor on mixed batches")

    def build(self, sample_shape: Shape) -> Features:
        wide = 2 * self.width
        return layers.Features(
            *(nn.Conv2d(sample_shape[0], self.width, 4, 2, 1), nn.LeakyReLU(0.2)),
            *(nn.Conv2d(self.width, wide, 4, 2, 1), *normalisation(wide, self.batch_norm), nn.LeakyReLU(0.2)),
            nn.Flatten(),
            out_features=wide * 4,
        ).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, (8,))
