"""Samples of one logit, stacked along the channels (PacGAN, section 2)."""

from __future__ import annotations

from torch import Tensor, nn


class Pack(nn.Module):
    """[m * n, C, ...] member-major -> [n, m * C, ...]."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(self.size, -1, *x.shape[1:]).transpose(0, 1).flatten(1, 2)
