"""The small 28x28 networks of Unrolled GAN's stacked MNIST, weakened on purpose so that plain GANs collapse."""

from __future__ import annotations

from itertools import pairwise
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


class UnrolledGenerator(GeneratorNetwork):
    """A linear layer to 4x4x64, 3x3 transposed convolutions to 32 (7x7), 16 (14x14), 8 (28x28), a 3x3 convolution."""

    kind: Literal["dcgan_unrolled"] = "dcgan_unrolled"
    source: ClassVar[str] = "PacGAN, appendix B.2 (Unrolled GAN, section 3.3.1)"

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        stack: list[nn.Module] = [nn.Linear(latent_dim, 64 * 16), layers.Reshape(64, 4, 4)]
        stack += [nn.BatchNorm2d(64), nn.ReLU()]
        for inner, outer, extra in ((64, 32, 0), (32, 16, 1), (16, 8, 1)):
            stack += [
                nn.ConvTranspose2d(inner, outer, 3, 2, padding=1, output_padding=extra),
                nn.BatchNorm2d(outer),
                nn.ReLU(),
            ]
        return nn.Sequential(*stack, nn.Conv2d(8, sample_shape[0], 3, padding=1), nn.Tanh()).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, (28,))


class UnrolledDiscriminator(DiscriminatorNetwork):
    """3x3 convolutions of stride 2 with w, 2w, 4w filters, batch norm and leaky ReLU 0.3 on all.

    Width 2 is the papers' "1/4 of the generator" (585 parameters on three channels), width 4 their "1/2".
    """

    kind: Literal["dcgan_unrolled"] = "dcgan_unrolled"
    source: ClassVar[str] = "PacGAN, appendix B.2 (Unrolled GAN, section 3.3.1)"
    width: int = Field(2, ge=1)
    batch_norm: bool = Field(True, description="not in a critic with gradient penalty, nor on mixed batches")

    def build(self, sample_shape: Shape) -> Features:
        stack: list[nn.Module] = []
        widths = [sample_shape[0], self.width, 2 * self.width, 4 * self.width]
        for inner, outer in pairwise(widths):
            stack += [nn.Conv2d(inner, outer, 3, 2, 1), *normalisation(outer, self.batch_norm), nn.LeakyReLU(0.3)]
        return layers.Features(*stack, nn.Flatten(), out_features=4 * self.width * 16).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, (28,))
