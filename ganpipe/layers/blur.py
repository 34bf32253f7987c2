"""A blur that keeps resampling from leaving a grid (Karras et al. 2019, section 2.1, after Zhang 2019)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Blur(nn.Module):
    """[n, C, h, w] -> [n, C, h, w]: every map filtered with (1, 2, 1) / 4 both ways, zeros lying beyond its edge."""

    kernel: Tensor

    def __init__(self) -> None:
        super().__init__()
        row = torch.tensor([0.25, 0.5, 0.25])
        self.register_buffer("kernel", torch.outer(row, row).reshape(1, 1, 3, 3), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        maps = x.shape[1]
        return functional.conv2d(x, self.kernel.expand(maps, 1, 3, 3), padding=1, groups=maps)
