"""A step size that training adapts, kept as state."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class StepSize(nn.Module):
    """One number without a gradient; as a buffer it is in every checkpoint and moves with the networks."""

    value: Tensor

    def __init__(self, initial: float) -> None:
        super().__init__()
        self.register_buffer("value", torch.tensor(initial))
