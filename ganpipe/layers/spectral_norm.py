"""Weights divided by their largest singular value (Miyato et al.: Spectral normalization for GANs, 2018)."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn
from torch.amp import is_autocast_available
from torch.nn import functional
from torch.nn.utils import parametrize

FIRST_ITERATIONS = 15
"""Power iterations from the random start, as many as in PyTorch's own spectral norm."""


class SpectralNorm(nn.Module):
    """A parametrisation W -> W / sigma(W), sigma = u^T W v by the power method (section 2.1, algorithm 1).

    W is [out, ...], all but its first dimension taken as one. u and v are constants to the gradient, and buffers that
    only :meth:`iterate` moves: a pass changes nothing, and a saved network goes on exactly as it was.
    """

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        matrix = weight.detach().flatten(1)
        self.register_buffer("u", functional.normalize(torch.randn_like(matrix[:, 0]), dim=0))
        self.register_buffer("v", functional.normalize(torch.randn_like(matrix[0]), dim=0))
        for _ in range(FIRST_ITERATIONS):
            self.iterate(weight)

    def forward(self, weight: Tensor) -> Tensor:
        with _full_precision(weight.device.type):
            return weight / torch.dot(self.u, weight.flatten(1) @ self.v)

    @torch.no_grad()
    def iterate(self, weight: Tensor) -> None:
        """One power iteration towards the singular vectors of ``weight``."""
        matrix = weight.flatten(1)
        self.v.copy_(functional.normalize(matrix.T @ self.u, dim=0))
        self.u.copy_(functional.normalize(matrix @ self.v, dim=0))


def _full_precision(device_type: str) -> AbstractContextManager[None]:
    """Out of autocast, where products are in it; the meta device, which computes nothing, knows none."""
    reduced = is_autocast_available(device_type) and torch.is_autocast_enabled(device_type)
    return torch.autocast(device_type, enabled=False) if reduced else nullcontext()


def normalise_spectrally(network: nn.Module) -> nn.Module:
    """Give every linear and convolutional layer inside ``network`` a weight of spectral norm one."""
    for module in list(network.modules()):
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d):
            parametrize.register_parametrization(module, "weight", SpectralNorm(module.weight))
    return network


def iterate_spectral_norms(network: nn.Module) -> None:
    """One power iteration in every layer inside ``network`` that :func:`normalise_spectrally` changed."""
    for module in network.modules():
        if isinstance(module, parametrize.ParametrizationList):
            for each in module:
                if isinstance(each, SpectralNorm):
                    each.iterate(module.original)
