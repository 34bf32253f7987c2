"""In which precision a run's matrix products and convolutions are made; everything else is float32 always."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn

from ganpipe.spec.training import Precision


def tensor_float_32(precision: Precision, device: torch.device) -> AbstractContextManager[None]:
    """What losses and gradients are computed within: products on GPUs round to TensorFloat-32 with ``tf32`` only.

    PyTorch does so in convolutions unless it is told otherwise. A CPU has no such format, and computes in float32.
    """
    return nullcontext() if device.type == "cpu" else _tensor_float_32(precision == "tf32")


@contextmanager
def _tensor_float_32(allowed: bool) -> Iterator[None]:
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32
    matmul.allow_tf32 = cudnn.allow_tf32 = allowed
    try:
        yield
    finally:
        matmul.allow_tf32, cudnn.allow_tf32 = before


def bfloat16(precision: Precision, device: torch.device) -> AbstractContextManager[None]:
    """What losses are computed within, and not their gradients, which follow: products in ``bfloat16`` if asked for."""
    if precision != "bfloat16":
        return nullcontext()
    # Weights are rounded anew for every product: a look ahead changes them within one loss.
    return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)


def answer_in_float32(networks: nn.ModuleDict) -> None:
    """Have what networks return brought to float32, in which losses are computed."""
    for network in networks.values():
        network.register_forward_hook(lambda _network, _inputs, answer: answer.float())
