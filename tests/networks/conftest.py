from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn


@pytest.fixture
def count() -> Callable[[nn.Module], int]:
    """Number of trainable parameters of a module."""
    return lambda module: sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)
