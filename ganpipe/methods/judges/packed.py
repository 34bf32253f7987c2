"""PacGAN: one verdict on m samples of the same origin, stacked along the channels.

Lin, Khetan, Fanti, Oh: PacGAN: The power of two samples in generative adversarial networks, 2018.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import DiscriminatorNetwork, Features, Shape


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

    def features(self, network: DiscriminatorNetwork, sample_shape: Shape) -> Features:
        channels, *rest = sample_shape
        base = network.build((self.size * channels, *rest))
        return Features(Pack(self.size), *base, out_features=base.out_features)

    def generate(self, generator: nn.Module, latents: Tensor) -> Tensor:
        # The released code runs the generator once for each place in the pack, so that its batch-norm statistics stay
        # those of batch_size samples, as in the mother GAN.
        return torch.cat([generator(part) for part in latents.chunk(self.size)])


class Pack(nn.Module):
    """[m * n, C, ...] member-major -> [n, m * C, ...]."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(self.size, -1, *x.shape[1:]).transpose(0, 1).flatten(1, 2)
