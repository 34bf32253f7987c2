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
        return torch.cat([features, closeness(m).T], dim=1)


def closeness(points: Tensor) -> Tensor:
    """[..., n, C] -> [..., n]: of each row the sum of exp(-L1 distance) to all others; differentiable at will.

    Rows of less precision than float32 are brought to it.
    """
    sums: Tensor = _Closeness.apply(points.to(torch.promote_types(points.dtype, torch.float32)))  # type: ignore[no-untyped-call]
    return sums


class _Closeness(torch.autograd.Function):
    """One node of autograd's graph, because distances and terms are symmetric and autograd does not know."""

    @staticmethod
    def forward(ctx: Any, points: Tensor) -> Tensor:
        terms = torch.cdist(points, points, p=1.0).neg_().exp_()
        ctx.save_for_backward(points, terms)
        # The distance of a sample to itself is exactly 0 and contributes exactly 1, which the sum leaves out.
        sums: Tensor = terms.sum(dim=-1) - 1.0
        return sums

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> Tensor:
        (weights,) = outputs
        points, terms = ctx.saved_tensors
        # Gradients are recorded here only when they are to be differentiated themselves, as by a gradient penalty.
        if torch.is_grad_enabled():
            sums = torch.exp(-pairwise_l1(points)).sum(dim=-1)
            gradient: Tensor = torch.autograd.grad(sums, points, weights, create_graph=True)[0]
            return gradient
        factors = -weights
        first = _gradient(points, terms * factors.unsqueeze(-1))
        return first + _gradient(points, terms * factors.unsqueeze(-2))


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
        ctx.save_for_backward(points)
        return torch.cdist(points, points, p=1.0)

    @staticmethod
    def backward(ctx: Any, *outputs: Tensor) -> Tensor:
        (weights,) = outputs
        (points,) = ctx.saved_tensors
        if torch.is_grad_enabled():
            # d|a - b| / da = sign(a - b), constant almost everywhere; a row meets every other one on both sides.
            signs = torch.sign(points.detach().unsqueeze(-2) - points.detach().unsqueeze(-3))
            return torch.einsum("...ij,...ijc->...ic", weights + weights.mT, signs)
        return _gradient(points, weights.contiguous()) + _gradient(points, weights.mT.contiguous())


def _gradient(points: Tensor, weights: Tensor) -> Tensor:
    """Of distances weighed by ``weights`` [..., n, n]: what the points have as rows of the matrix."""
    # Of the distances themselves, the last argument, the kernel makes no use at p = 1.
    gradient: Tensor = torch.ops.aten._cdist_backward(weights, points, points, 1.0, weights)
    return gradient
