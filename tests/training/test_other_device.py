"""Training on a device that is not the host, for machines without one: tensors of PyTorch's ``meta`` device have shapes
and no numbers, so this tells where a tensor was left behind, and nothing about results.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from ganpipe.data.made_up import made_up
from ganpipe.training.trainer import Trainer
from tests.training.test_every_method import EVERYTHING, Noise, run

DEVICE = torch.device("meta")
MOVES = {torch.ops.aten.copy_, torch.ops.aten._to_copy}


class OnOneDevice(TorchDispatchMode):
    """Refuses what a GPU refuses: work on tensors of two devices, one number on the host excepted."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor) and leaf.dim()]
        devices = {tensor.device.type for tensor in tensors}
        assert len(devices) < 2 or func.overloadpacket in MOVES, f"{func} on {sorted(devices)}"
        return func(*args, **kwargs)


@pytest.mark.parametrize(("method", "dataset"), EVERYTHING)
def test_a_step_leaves_nothing_on_the_host(method: str, dataset: str) -> None:
    spec = run(method, dataset)
    with OnOneDevice():
        trainer = Trainer(spec, made_up(spec.dataset, DEVICE), DEVICE)
        trainer.advance()
    assert {tensor.device for tensor in trainer._tensors()} == {DEVICE}


def test_so_it_would_be_seen() -> None:
    spec = run("gan", "ring8_pacgan")
    trainer = Trainer(spec, Noise(spec), DEVICE)
    with pytest.raises(AssertionError, match=r"on \['cpu', 'meta'\]"), OnOneDevice():
        trainer.advance()
