"""What a CUDA graph does, on a CPU: every operation of a recording is done again, on the tensors that it had.

Python does not run again, so whatever it computed stays as it was when the recording was made: numbers that it read
from tensors, branches that it took, tensors that it bound anew instead of changing them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

aten = torch.ops.aten
WAIT_FOR_THE_DEVICE = {
    aten._local_scalar_dense,
    aten.equal,
    aten.is_nonzero,
    aten.lift_fresh,
    aten.masked_select,
    aten.nonzero,
    aten.unique_dim,
    aten._unique2,
}
"""A number or a shape goes to the host; or, ``lift_fresh``, a tensor is made there and would have to be moved."""
ALLOCATE = {aten.empty, aten.empty_like, aten.empty_strided, aten.new_empty, aten.new_empty_strided}
"""Nothing is done, and the memory is there already."""


class HostRecorder:
    """Records what work has a CPU do."""

    def beside(self) -> AbstractContextManager[None]:
        return nullcontext()

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        recording = _Recording()
        with recording:
            work()
        return recording.replay


class _Recording(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Any, Any, Any, list[Tensor], list[Tensor | None]]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func.overloadpacket in WAIT_FOR_THE_DEVICE:
            raise RuntimeError(f"{func} waits for the device")
        answer = func(*args, **kwargs)
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        if func.overloadpacket is aten.index and any(tensor.dtype == torch.bool for tensor in given[1:]):
            raise RuntimeError(f"{func} by a mask waits for the device")
        storages = {tensor.untyped_storage()._cdata for tensor in given}
        made = tree_leaves(answer)
        # A view of what was given, or what was given and changed in place, is up to date by itself.
        kept = [
            leaf if isinstance(leaf, Tensor) and leaf.untyped_storage()._cdata not in storages else None
            for leaf in made
        ]
        if func.overloadpacket in ALLOCATE:
            return answer
        if func._schema.is_mutable or any(tensor is not None for tensor in kept):
            # What was given is held, or its storage would go to another tensor.
            self.calls.append((func, args, kwargs, given, kept))
        return answer

    @torch.no_grad()
    def replay(self) -> None:
        for func, args, kwargs, _, kept in self.calls:
            for old, new in zip(kept, tree_leaves(func(*args, **kwargs)), strict=True):
                if old is not None:
                    old.copy_(new)
