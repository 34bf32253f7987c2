"""Reshaping as a layer."""

from __future__ import annotations

from torch import Tensor, nn


class Reshape(nn.Module):
    """[n, prod(shape)] -> [n, *shape]."""

    def __init__(self, *shape: int) -> None:
        super().__init__()
        self.shape = shape

    def forward(self, x: Tensor) -> Tensor:
        return x.reshape(x.shape[0], *self.shape)
