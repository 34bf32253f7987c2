"""Maxout units (Goodfellow et al.: Maxout networks, 2013)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Maxout(nn.Module):
    """[n, in_features] -> [n, units], the maximum over ``pieces`` affine maps. Source: Goodfellow et al. 2013."""

    def __init__(self, in_features: int, units: int, pieces: int) -> None:
        super().__init__()
        self.affine = nn.Linear(in_features, units * pieces)
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        return torch.amax(self.affine(x).reshape(len(x), -1, self.pieces), dim=-1)
