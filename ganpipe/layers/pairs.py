"""Features of ordered pairs of samples (SetGAN, section 2.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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
