"""Layers that see a sample and the mean of its batch (Mixed batches, section 4)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

Affine = nn.Linear | nn.Conv1d | nn.Conv2d


class Equivariant(nn.Module):
    """[B, ...] -> [B, ...]: phi(x)_b = bias + B / (B + 1) Lambda x_b + 1 / (B + 1) Gamma rho(x), rho the batch mean.

    The weights keep the mean from drowning the samples at the start of training; they are constants of the pass here,
    where the paper scales Lambda and Gamma themselves once. Source: eq. 11 and 12 and section 4.3.

    Args:
        own: the layer on each sample, Lambda, with the bias.
        mean: the layer on the batch mean, Gamma, initialised alike; its bias is dropped.
    """

    def __init__(self, own: Affine, mean: Affine) -> None:
        super().__init__()
        self.own, self.mean, self.bias = own, mean, own.bias
        own.bias = mean.bias = None

    def forward(self, x: Tensor) -> Tensor:
        y = torch.lerp(self.own(x), self.mean(x.mean(dim=0, keepdim=True)), 1.0 / (len(x) + 1))
        return y if self.bias is None else y + self.bias.reshape(-1, *[1] * (y.dim() - 2))


def make_equivariant(network: nn.Module, twin: nn.Module) -> nn.Module:
    """``network`` with every linear and convolutional layer made :class:`Equivariant`, in place.

    Args:
        network: treats samples one by one, so that without such layers it is equivariant already.
        twin: the same network with other initial weights, which become those on the batch means.
    """
    if isinstance(network, Affine) and isinstance(twin, Affine):
        return Equivariant(network, twin)
    for name, child in network.named_children():
        setattr(network, name, make_equivariant(child, twin.get_submodule(name)))
    return network
