"""PacGAN: one logit for m samples of the same origin, stacked along the channels.

Lin, Khetan, Fanti, Oh: PacGAN: The power of two samples in generative adversarial networks, 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers
from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import BaseNetwork, Shape

if TYPE_CHECKING:
    from ganpipe.layers import Features


class Packed(Judge):
    """D(x_1, ..., x_m): only the first layer grows, everything else is the mother architecture (section 2).

    A batch is counted in packs, so at equal ``batch_size`` a packed discriminator sees m times more samples.
    """

    kind: Literal["packed"] = "packed"
    source: ClassVar[str] = "PacGAN, section 2"
    size: int = Field(2, ge=1, description="m, the degree of packing; 1 is the mother GAN")

    @property
    def group_size(self) -> int:
        return self.size

    @property
    def generator_passes(self) -> int:
        # The released code runs the generator once for each place in the pack, so that its batch-norm statistics stay
        # those of batch_size samples, as in the mother GAN.
        return self.size

    def features(self, network: BaseNetwork, sample_shape: Shape) -> Features:
        channels, *rest = sample_shape
        base = network.build((self.size * channels, *rest))
        return layers.Features(layers.Pack(self.size), *base, out_features=base.out_features)
