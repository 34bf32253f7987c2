"""DCGAN at 64x64 with 4x4 kernels, the PyTorch form on which PresGAN builds."""

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


class DCGANGenerator(GeneratorNetwork):
    """Transposed 4x4 convolutions from 1x1 to 64x64: 8w, 4w, 2w, w, C channels; batch norm, ReLU, tanh."""

    kind: Literal["dcgan"] = "dcgan"
    source: ClassVar[str] = "PresGAN, released code; Radford et al. 2016"
    width: int = Field(64, ge=1, description="channels before the image")

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        widths = [8 * self.width, 4 * self.width, 2 * self.width, self.width]
        stack: list[nn.Module] = [layers.Reshape(latent_dim, 1, 1)]
        for index, (inner, outer) in enumerate(zip([latent_dim, *widths], widths, strict=False)):
            stride, padding = (1, 0) if index == 0 else (2, 1)
            stack.append(nn.ConvTranspose2d(inner, outer, 4, stride, padding, bias=False))
            stack += [nn.BatchNorm2d(outer), nn.ReLU()]
        stack += [nn.ConvTranspose2d(self.width, sample_shape[0], 4, 2, 1, bias=False), nn.Tanh()]
        return nn.Sequential(*stack).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, (64,))


class DCGANDiscriminator(DiscriminatorNetwork):
    """4x4 convolutions of stride 2: w, 2w, 4w, 8w channels; leaky ReLU 0.2, batch norm on all but the first."""

    kind: Literal["dcgan"] = "dcgan"
    source: ClassVar[str] = "PresGAN, released code; Radford et al. 2016"
    width: int = Field(64, ge=1, description="channels after the first convolution")
    batch_norm: bool = Field(True, description="not in a critic with gradient penalty, nor on mixed batches")

    def build(self, sample_shape: Shape) -> Features:
        stack: list[nn.Module] = [nn.Conv2d(sample_shape[0], self.width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
        for inner in (self.width, 2 * self.width, 4 * self.width):
            stack.append(nn.Conv2d(inner, 2 * inner, 4, 2, 1, bias=not self.batch_norm))
            stack += [*normalisation(2 * inner, self.batch_norm), nn.LeakyReLU(0.2)]
        return layers.Features(*stack, nn.Flatten(), out_features=8 * self.width * 16).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        # On a single sample this is the released code's last 4x4 convolution without bias.
        return nn.Linear(in_features, out_features, bias=False).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, (64,))
