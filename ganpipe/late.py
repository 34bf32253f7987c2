"""PyTorch, imported when it is first used.

A part says what it is (typed settings, a version, a source) and what it computes, in one file. Planning ten thousand
runs needs the first only, and importing PyTorch would take longer than planning them. So the files of parts write

    from ganpipe.late import nn, torch

and use both as ever, inside functions. Subclasses of ``nn.Module`` need PyTorch when their file is read; they live in
:mod:`ganpipe.layers`, which is imported late in the same way.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["functional", "layers", "nn", "torch"]

if TYPE_CHECKING:
    import torch
    from torch import nn
    from torch.nn import functional

    from ganpipe import layers
else:

    class _Late(ModuleType):
        """Stands for a module until one of its names is asked for, and keeps every name that was."""

        def __getattr__(self, name: str) -> Any:
            value = getattr(importlib.import_module(self.__name__), name)
            if not name.startswith("__"):
                setattr(self, name, value)
            return value

    torch, nn, functional = _Late("torch"), _Late("torch.nn"), _Late("torch.nn.functional")
    layers = _Late("ganpipe.layers")
