"""StyleGAN, the networks of PresGAN's FFHQ experiment, trained at one resolution from the start.

Karras, Laine, Aila: A style-based generator architecture for generative adversarial networks, 2019.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn
from ganpipe.networks.network import DiscriminatorNetwork, GeneratorNetwork, Shape, refuses_unless_image

if TYPE_CHECKING:
    from ganpipe.layers import Features

SIZES = (32, 64, 128)
SMALLEST = 4
"""Height of the smallest feature maps; each step doubles it."""
WIDE_UP_TO = 32
"""Height up to which maps have all channels; each doubling of it halves them."""
MAPPING_MULTIPLIER = 0.01
"""Of the learning rate in the mapping network (appendix C)."""


def sides(size: int) -> list[int]:
    """Heights of feature maps from the smallest to the image's."""
    return [SMALLEST * 2**index for index in range((size // SMALLEST).bit_length())]


def channels(width: int, side: int) -> int:
    """Channels of feature maps of one height: 512 up to 32x32, 256 at 64x64, 128 at 128x128 in the paper."""
    return min(width, width * WIDE_UP_TO // side)


def convolution(inner: int, outer: int) -> nn.Conv2d:
    """A 3x3 convolution for the generator, where a bias follows the noise."""
    return layers.equalise(nn.Conv2d(inner, outer, 3, padding=1, bias=False))


class StyleGenerator(GeneratorNetwork):
    """A mapping network of ``mapping_depth`` layers makes a code w of z; two layers at each size are styled by it.

    A layer is convolution, noise, bias, leaky ReLU 0.2, AdaIN (eq. 1 and figure 1b); the first stands on a learned
    constant, and from size to size maps are doubled, convolved and blurred. The image is linear in the last maps.
    """

    kind: Literal["style"] = "style"
    source: ClassVar[str] = "Karras et al. 2019, section 2 and appendix C; PresGAN, section 5 (FFHQ)"
    width: int = Field(512, ge=4, description="channels up to 32x32; each doubling halves them")
    code_dim: int = Field(512, ge=1, description="numbers in w")
    mapping_depth: int = Field(8, ge=1, description="layers between z and w")
    style_mixing: float = Field(0.9, ge=0, le=1, description="share of samples with two styles, in training only")

    def noise_dim(self, latent_dim: int, sample_shape: Shape, *, training: bool) -> int:
        noise = sum(2 * side**2 for side in sides(sample_shape[-1]))
        return noise + latent_dim + 1 if training and self.style_mixing > 0 else noise

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        heights = sides(sample_shape[-1])
        narrow = channels(self.width, heights[-1])
        styled = [self._styled(nn.Identity(), SMALLEST), self._styled(convolution(self.width, self.width), SMALLEST)]
        for below, side in pairwise(heights):
            inner, outer = channels(self.width, below), channels(self.width, side)
            doubling = nn.Sequential(nn.Upsample(scale_factor=2), convolution(inner, outer), layers.Blur())
            styled += [self._styled(doubling, side), self._styled(convolution(outer, outer), side)]
        return layers.StyleSynthesis(
            latent_dim=latent_dim,
            mapping=self._mapping(latent_dim),
            layers=styled,
            sides=[side for side in heights for _ in range(2)],
            channels=self.width,
            image=layers.equalise(nn.Conv2d(narrow, sample_shape[0], 1), gain=1.0),
            mixing=self.style_mixing,
        )

    def _styled(self, body: nn.Module, side: int) -> layers.Styled:
        return layers.Styled(body, channels(self.width, side), self.code_dim)

    def _mapping(self, latent_dim: int) -> nn.Module:
        # The released code divides z by its root mean square; the paper does not mention it.
        stack: list[nn.Module] = [nn.RMSNorm(latent_dim, eps=1e-8, elementwise_affine=False)]
        for inner in (latent_dim, *[self.code_dim] * (self.mapping_depth - 1)):
            layer = layers.equalise(nn.Linear(inner, self.code_dim), multiplier=MAPPING_MULTIPLIER)
            stack += [layer, nn.LeakyReLU(0.2)]
        return nn.Sequential(*stack)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, SIZES)


class StyleDiscriminator(DiscriminatorNetwork):
    """At each size a 3x3 convolution, a blur and a 3x3 convolution with 2x2 averages; at 4x4 the spread of the batch.

    It is progressive growing's, with the blur. Through that spread logits depend on the batch; penalties of their
    slope, and StyleGAN itself has one, take the gradient of the sum of all logits then.
    """

    kind: Literal["style"] = "style"
    source: ClassVar[str] = "Karras et al. 2018, table 2; Karras et al. 2019, section 2.1"
    width: int = Field(512, ge=4, description="channels up to 32x32; each doubling halves them")
    minibatch_std: bool = Field(True, description="the spread of the batch is a feature map at 4x4")

    @property
    def batch_field(self) -> str | None:
        return "minibatch_std" if self.minibatch_std else None

    def build(self, sample_shape: Shape) -> Features:
        heights = sides(sample_shape[-1])[::-1]
        narrow = channels(self.width, heights[0])
        stack: list[nn.Module] = [layers.equalise(nn.Conv2d(sample_shape[0], narrow, 1)), nn.LeakyReLU(0.2)]
        for side, below in pairwise(heights):
            inner, outer = channels(self.width, side), channels(self.width, below)
            stack += [layers.equalise(nn.Conv2d(inner, inner, 3, padding=1)), nn.LeakyReLU(0.2), layers.Blur()]
            stack += [layers.equalise(nn.Conv2d(inner, outer, 3, padding=1)), nn.AvgPool2d(2), nn.LeakyReLU(0.2)]
        stack += [layers.MinibatchStd()] if self.minibatch_std else []
        last = nn.Conv2d(self.width + self.minibatch_std, self.width, 3, padding=1)
        stack += [layers.equalise(last), nn.LeakyReLU(0.2), nn.Flatten()]
        stack += [layers.equalise(nn.Linear(self.width * SMALLEST**2, self.width)), nn.LeakyReLU(0.2)]
        return layers.Features(*stack, out_features=self.width)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return layers.equalise(nn.Linear(in_features, out_features), gain=1.0)

    def refuses(self, sample_shape: Shape) -> str | None:
        return refuses_unless_image(sample_shape, SIZES)
