"""SetGAN: one logit for a set of k samples, whatever their order.

Ferrero, Elhabian, Whitaker: SetGAN: Improving the stability and diversity of generative models through a permutation
invariant architecture, 2022. The paper gives no sizes; those here are ours and keep the parameters near DCGAN's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn
from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import BaseNetwork, Shape

if TYPE_CHECKING:
    from ganpipe.layers import Features


class Set(Judge):
    """D({x_1, ..., x_k}) = D_h(histogram over ordered pairs i != j of D_g(D_f(x_i), D_f(x_j))) (section 2.2).

    D_f is the base network with a linear layer on top, D_g the pair network, D_h a hidden layer and the logit.
    """

    kind: Literal["set"] = "set"
    source: ClassVar[str] = "SetGAN, section 2"
    size: int = Field(5, ge=2, description="k, the samples in a set; a set of one has no pairs")
    sample_features: int = Field(64, ge=1, description="features of one sample, the output of D_f")
    pair_width: int = Field(128, ge=1, description="width of the two hidden layers of D_g")
    pair_features: int = Field(32, ge=1, description="features of one pair, the output of D_g")
    bins: int = Field(16, ge=2, description="bins of each histogram on [-1, 1]")
    hidden: int = Field(256, ge=1, description="width of the hidden layer of D_h")

    @property
    def group_size(self) -> int:
        return self.size

    def features(self, network: BaseNetwork, sample_shape: Shape) -> Features:
        base = network.build(sample_shape)
        return layers.Features(
            *(*base, network.head(base.out_features, self.sample_features)),
            layers.PairNetwork(self.size, self.sample_features, self.pair_width, self.pair_features),
            layers.SoftHistogram(self.bins),
            *(nn.Linear(self.pair_features * self.bins, self.hidden), nn.LeakyReLU(0.2)),
            out_features=self.hidden,
        )
