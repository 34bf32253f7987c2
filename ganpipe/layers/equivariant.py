"""Layers that see a sample and the mean of its batch (Mixed batches, section 4)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

Affine = nn.Linear | nn.Conv1d | nn.Conv2d


class Equivariant(nn.Module):
    """[B, ...] -> [B, ...]: phi(x)_b = bias + Lambda x_b + Gamma rho(x), rho the batch mean. Source: eq. 11 and 12.

    Args:
        own: the layer on each sample, Lambda, with the bias.
        mean: the layer on the batch mean, Gamma; its bias is dropped.
    """

    def __init__(self, own: Affine, mean: Affine) -> None:
        super().__init__()
        self.own, self.mean, self.bias = own, mean, own.bias
        own.bias = mean.bias = None

    @torch.no_grad()
    def reweight(self, batch_size: int) -> None:
        """Scale Lambda by B / (B + 1) and Gamma by 1 / (B + 1), so that at first the mean does not drown the samples.

        An initialisation (section 4.3). As constant factors of every pass they would have Adam, which moves all weights
        alike, move the mean's part B times more slowly, and BGAN not learn.
        """
        for layer, factor in ((self.own, batch_size / (batch_size + 1)), (self.mean, 1 / (batch_size + 1))):
            (weight,) = layer.parameters()  # also where the layer scales it at each use
            weight.mul_(factor)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.own(x) + self.mean(x.mean(dim=0, keepdim=True))
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
