"""Any base network, made to see pairs (sample, latent): the discriminators of ALI, BiGAN and VEEGAN.

A pair travels as one flat row, the sample before its latent, so that every judge can be put over it as over samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from ganpipe.late import layers, nn, torch
from ganpipe.networks.network import DiscriminatorNetwork, Shape

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.layers import Features

LATENT_FEATURES = 128
JOINT_FEATURES = 256
"""Widths of the layers through which latents pass beside images, and in which both meet; no paper gives them."""


def joined(samples: Tensor, latents: Tensor) -> Tensor:
    """Pairs [n, prod(sample_shape) + latent_dim] of samples [n, *sample_shape] and latents [n, latent_dim]."""
    return torch.cat([samples.flatten(1), latents], dim=1)


@dataclass(frozen=True)
class JointNetwork:
    """A base network over pairs; a :class:`ganpipe.networks.network.BaseNetwork`.

    Points are simply longer by their latent (PacGAN, appendix A.1). An image passes the network and its latent a hidden
    layer, and their features meet in another, as in ALI's code, where two convolutions follow (methods of InvertGAN's
    table 2; the paper does not say how).
    """

    network: DiscriminatorNetwork
    sample_shape: Shape
    latent_dim: int

    @property
    def pair_shape(self) -> Shape:
        """Shape of one pair."""
        return (prod(self.sample_shape) + self.latent_dim,)

    def build(self, sample_shape: Shape) -> Features:
        """A module over pairs, or over packs of them: [n, *sample_shape] -> [n, out_features]."""
        if len(self.sample_shape) == 1:
            return self.network.build(sample_shape)
        pack = sample_shape[0] // self.pair_shape[0]
        channels, *rest = self.sample_shape
        base = self.network.build((pack * channels, *rest))
        latent = self.head(pack * self.latent_dim, LATENT_FEATURES)
        both = self.head(base.out_features + LATENT_FEATURES, JOINT_FEATURES)
        features = layers.JointFeatures(base, latent, both, pack, self.sample_shape)
        return layers.Features(features, out_features=JOINT_FEATURES)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        """A linear layer as the base network initialises its own."""
        return self.network.head(in_features, out_features)
