"""The "standard CNN" of SN-GAN, on which the tables of regularised discriminators and of mixed batches build.

Miyato, Kataoka, Koyama, Yoshida: Spectral normalization for generative adversarial networks, 2018, table 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn
from ganpipe.networks.network import (
    DiscriminatorNetwork,
    GeneratorNetwork,
    Shape,
    initialise_normal,
    refuses_unless_image,
)

if TYPE_CHECKING:
    from ganpipe.layers import Features

HALVINGS = {32: 3, 48: 3, 64: 4}
"""How often the image's side is halved, to 4 pixels or to 6. Mixed batches (section 5.2) add a layer to both networks
for larger images, and do not say which; here the pattern goes on."""


class MiyatoGenerator(GeneratorNetwork):
    """A linear layer to 4x4 or 6x6, 4x4 transposed convolutions of stride 2 to 4w, 2w, w channels, a 3x3 convolution.

    Batch norm and ReLU follow each transposed convolution, tanh the last layer, and nothing the linear one. At 64x64 a
    transposed convolution to 8w channels comes first.
    """

    kind: Literal["miyato"] = "miyato"
    source: ClassVar[str] = "Miyato et al. 2018, table 3"
    width: int = Field(64, ge=1, description="channels before the image")

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        channels, side, _ = sample_shape
        halvings = HALVINGS[side]
        wide, start = self.width * 2**halvings, side // 2**halvings
        stack: list[nn.Module] = [nn.Linear(latent_dim, wide * start**2), layers.Reshape(wide, start, start)]
        for _ in range(halvings):
            stack += [nn.ConvTranspose2d(wide, wide // 2, 4, 2, 1), nn.BatchNorm2d(wide // 2), nn.ReLU()]
            wide //= 2
        stack += [nn.Conv2d(self.width, channels, 3, padding=1), nn.Tanh()]
        return nn.Sequential(*stack).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, tuple(HALVINGS))


class MiyatoDiscriminator(DiscriminatorNetwork):
    """A 3x3 and a 4x4 convolution, the second of stride 2, with w, 2w and 4w channels each; a 3x3 one with 8w.

    Leaky ReLU 0.1 follows each, and there is no batch norm. At 64x64 a 4x4 convolution of stride 2 with 8w channels
    comes last.
    """

    kind: Literal["miyato"] = "miyato"
    source: ClassVar[str] = "Miyato et al. 2018, table 3"
    width: int = Field(64, ge=1, description="channels after the first convolution")

    def build(self, sample_shape: Shape) -> Features:
        inner, side, _ = sample_shape
        halvings = HALVINGS[side]
        stack: list[nn.Module] = []
        for level in range(4):
            outer = self.width * 2**level
            stack += [nn.Conv2d(inner, outer, 3, padding=1), nn.LeakyReLU(0.1)]
            if level < halvings:
                stack += [nn.Conv2d(outer, outer, 4, 2, 1), nn.LeakyReLU(0.1)]
            inner = outer
        last = side // 2**halvings
        return layers.Features(*stack, nn.Flatten(), out_features=inner * last**2).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features).apply(initialise_normal)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, tuple(HALVINGS))
