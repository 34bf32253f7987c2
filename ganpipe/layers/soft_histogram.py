"""Histograms with a gradient (SetGAN, section 2.2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class SoftHistogram(nn.Module):
    """[n, P, C] -> [n, C * B]: for each feature the share of the P pairs in each of B bins on [-1, 1], differentiably.

    h[c, b] = mean over pairs of sigmoid(s (v_c - e_b)) - sigmoid(s (v_c - e_{b+1})), logistic functions centred on the
    bins' boundaries (section 2.2). The outermost bins are open, so each histogram sums to one; the slope s = 2B blurs
    by about half a bin. Values of less precision than float32 are brought to it.
    """

    edges: Tensor

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.slope = 2.0 * bins
        self.register_buffer("edges", torch.linspace(-1.0, 1.0, bins + 1)[1:-1], persistent=False)

    def forward(self, values: Tensor) -> Tensor:
        values = values.to(torch.promote_types(values.dtype, torch.float32))
        sigmoids: Tensor = _Sigmoids.apply(values, self.edges, self.slope)  # type: ignore[no-untyped-call]
        above = sigmoids.mean(dim=1)
        one, none = torch.ones_like(above[..., :1]), torch.zeros_like(above[..., :1])
        return -torch.diff(torch.cat([one, above, none], dim=-1), dim=-1).flatten(1)


class _Sigmoids(torch.autograd.Function):
    """sigmoid(slope (v - e)) of [..., C] and edges [E]: [..., C, E], differentiable as often as one likes.

    One node of autograd's graph, because tensors of this size are most of a set's cost: each is overwritten in place.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, edges: Tensor, slope: float) -> Tensor:
        sigmoids = (values.unsqueeze(-1) - edges).mul_(slope).sigmoid_()
        ctx.save_for_backward(sigmoids)
        ctx.slope = slope
        return sigmoids

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> tuple[Tensor, None, None]:
        (weights,) = outputs
        (sigmoids,) = ctx.saved_tensors
        slopes = torch.ops.aten.sigmoid_backward(weights, sigmoids).mul_(ctx.slope)
        return slopes.sum(dim=-1), None, None
