"""SetGAN: one verdict on a set of k samples, whatever their order.

Ferrero, Elhabian, Whitaker: SetGAN: Improving the stability and diversity of generative models through a permutation
invariant architecture, 2022. The paper gives no sizes; those here are ours and keep the parameters near DCGAN's.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import DiscriminatorNetwork, Features, Shape


class Set(Judge):
    """D({x_1, ..., x_k}) = D_h(histogram over ordered pairs i != j of D_g(D_f(x_i), D_f(x_j))) (section 2.2).

    D_f is the base network with a linear layer on top, D_g the pair network, D_h a hidden layer and the verdict.
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

    def features(self, network: DiscriminatorNetwork, sample_shape: Shape) -> Features:
        base = network.build(sample_shape)
        return Features(
            *(*base, network.head(base.out_features, self.sample_features)),
            PairNetwork(self.size, self.sample_features, self.pair_width, self.pair_features),
            SoftHistogram(self.bins),
            *(nn.Linear(self.pair_features * self.bins, self.hidden), nn.LeakyReLU(0.2)),
            out_features=self.hidden,
        )


class PairNetwork(nn.Module):
    """D_g: sample features [k * n, F] member-major -> [n, k (k - 1), C] in (-1, 1), one row for each ordered pair.

    Its first layer on the concatenated pair (h_i, h_j) is W_a h_i + W_b h_j + c, computed once a sample and not once a
    pair. The output is bounded by tanh so that no value leaves the histogram and loses its gradient.
    """

    def __init__(self, set_size: int, in_features: int, width: int, out_features: int) -> None:
        super().__init__()
        self.set_size = set_size
        self.first = nn.Linear(in_features, width)
        self.second = nn.Linear(in_features, width, bias=False)
        self.rest = nn.Sequential(
            *(nn.LeakyReLU(0.2), nn.Linear(width, width), nn.LeakyReLU(0.2)),
            *(nn.Linear(width, out_features), nn.Tanh()),
        )

    def forward(self, features: Tensor) -> Tensor:
        first = self.first(features).reshape(self.set_size, -1, self.first.out_features)
        second = self.second(features).reshape(self.set_size, -1, self.second.out_features)
        # Member i meets member i + shift. Rolling instead of indexing, because the gradient of an index is summed in
        # an order that changes from run to run on a GPU.
        partners = torch.stack([second.roll(-shift, dims=0) for shift in range(1, self.set_size)])
        pairs: Tensor = self.rest(first + partners)
        return pairs.flatten(0, 1).transpose(0, 1)


class SoftHistogram(nn.Module):
    """[n, P, C] -> [n, C * B]: for each feature the share of the P pairs in each of B bins on [-1, 1], differentiably.

    h[c, b] = mean over pairs of sigmoid(s (v_c - e_b)) - sigmoid(s (v_c - e_{b+1})), logistic functions centred on the
    bins' boundaries (section 2.2). The outermost bins are open, so each histogram sums to one; the slope s = 2B blurs
    by about half a bin.
    """

    edges: Tensor

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.slope = 2.0 * bins
        self.register_buffer("edges", torch.linspace(-1.0, 1.0, bins + 1)[1:-1], persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        above = torch.sigmoid(self.slope * (values.unsqueeze(-1) - self.edges)).mean(dim=1)
        one, none = torch.ones_like(above[..., :1]), torch.zeros_like(above[..., :1])
        return -torch.diff(torch.cat([one, above, none], dim=-1), dim=-1).flatten(1)
