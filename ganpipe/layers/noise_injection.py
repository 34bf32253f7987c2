"""Noise added to feature maps (Karras et al.: A style-based generator architecture, 2019, section 2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class NoiseInjection(nn.Module):
    """[n, C, h, w] and noise [n, 1, h, w] -> x + B noise, with one learned scale B for each map, 0 at the start."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor, noise: Tensor) -> Tensor:
        return x + self.scale * noise
