"""Closeness within a batch, the features of minibatch discrimination.

Salimans et al.: Improved techniques for training GANs, 2016, section 3.2.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class Closeness(nn.Module):
    """[n, A] -> [n, A + B]: appends o(x_i)_b = sum over j != i of exp(-||M_ib - M_jb||_1), with M_i = f(x_i) T.

    The sum grows with the batch, so a discriminator must be used at the batch size it was trained at.
    """

    def __init__(self, in_features: int, kernels: int, kernel_dim: int) -> None:
        super().__init__()
        self.tensor = nn.Parameter(torch.empty(in_features, kernels, kernel_dim))
        nn.init.normal_(self.tensor, 0.0, 0.02)

    def forward(self, features: Tensor) -> Tensor:
        m = torch.einsum("na,abc->bnc", features, self.tensor)
        # The distance of a sample to itself is exactly 0 and contributes exactly 1, which the sum leaves out.
        closeness = torch.exp(-pairwise_l1(m)).sum(dim=2) - 1.0
        return torch.cat([features, closeness.T], dim=1)


def pairwise_l1(points: Tensor) -> Tensor:
    """[..., n, C] -> [..., n, n], the L1 distances between the rows; differentiable as often as one likes."""
    distances: Tensor = _PairwiseL1.apply(points)  # type: ignore[no-untyped-call]
    return distances


class _PairwiseL1(torch.autograd.Function):
    """PyTorch's ``cdist``, whose gradient can be differentiated again where that is asked for.

    The kernel behind cdist is several times faster than broadcasting, but it has no second derivative.
    """

    @staticmethod
    def forward(ctx: Any, points: Tensor) -> Tensor:
        distances = torch.cdist(points, points, p=1.0)
        ctx.save_for_backward(points, distances)
        return distances

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> Tensor:
        (weights,) = outputs
        points, distances = ctx.saved_tensors
        # Gradients are recorded here only when they are to be differentiated themselves, as by a gradient penalty.
        if torch.is_grad_enabled():
            # d|a - b| / da = sign(a - b), constant almost everywhere; a row meets every other one on both sides.
            signs = torch.sign(points.detach().unsqueeze(-2) - points.detach().unsqueeze(-3))
            return torch.einsum("...ij,...ijc->...ic", weights + weights.mT, signs)
        rows, columns = weights.contiguous(), weights.mT.contiguous()
        first = torch.ops.aten._cdist_backward(rows, points, points, 1.0, distances)
        second = torch.ops.aten._cdist_backward(columns, points, points, 1.0, distances.mT.contiguous())
        return first + second  # type: ignore[no-any-return]
