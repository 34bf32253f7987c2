"""A network whose batch norm is held fixed at the statistics of one batch."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


class Frozen:
    """The network as it was for ``batch``, as a function: each output depends on its own input alone.

    On ``batch`` it gives what the network gives in training mode. There a sample depends on all others through the
    statistics of its batch; here they are constants. The network itself, its running statistics included, stays as it
    is; gradients reach the input but no parameter. The function is that of the network's weights as they are when it
    is called.

    Args:
        network: any; every batch norm in it is passed once.
        batch: [n, ...].
        passes: parts of equal size in which ``batch`` passes the network, each with statistics of its own; later
            inputs are split alike, so row i always meets the statistics of row i.
    """

    def __init__(self, network: nn.Module, batch: Tensor, passes: int = 1) -> None:
        self.parts = [_frozen(network, part) for part in batch.chunk(passes)]

    def __call__(self, inputs: Tensor) -> Tensor:
        """[n, ...] -> [n, ...], n being the rows of ``batch``."""
        chunks = zip(self.parts, inputs.chunk(len(self.parts)), strict=True)
        return torch.cat([network(chunk) for network, chunk in chunks])


@torch.no_grad()
def _frozen(network: nn.Module, batch: Tensor) -> nn.Module:
    """A copy that shares the weights' memory, and whose running statistics are those of ``batch``."""
    weights = {id(weight): nn.Parameter(weight.detach(), requires_grad=False) for weight in network.parameters()}
    frozen = copy.deepcopy(network, memo=weights).train()
    norms = [module for module in frozen.modules() if isinstance(module, _BatchNorm)]
    hooks = [norm.register_forward_hook(_keep_statistics) for norm in norms]
    frozen(batch)
    for hook in hooks:
        hook.remove()
    return frozen.eval()


def _keep_statistics(norm: nn.Module, inputs: tuple[Tensor, ...], _output: Any) -> None:
    (features,) = inputs
    others = [dim for dim in range(features.ndim) if dim != 1]
    norm.running_mean = features.mean(others)
    # Training mode normalises by the variance without Bessel's correction, evaluation by whatever is kept.
    norm.running_var = features.var(others, correction=0)
