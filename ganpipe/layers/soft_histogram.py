"""Histograms with a gradient (SetGAN, section 2.2)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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
