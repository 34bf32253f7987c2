"""Adam over groups of parameters with learning rates of their own.

Kingma, Ba: Adam: A method for stochastic optimization, 2015, algorithm 1. It runs PyTorch's fused kernel, the one
behind ``torch.optim.Adam(fused=True)``, whose class would import the compiler and add a second to every run's start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import torch
from torch import Tensor


@dataclass
class Group:
    """Parameters that share a learning rate, with their first and second moments."""

    parameters: list[Tensor]
    learning_rate: float
    means: list[Tensor] = field(init=False)
    squares: list[Tensor] = field(init=False)
    steps: list[Tensor] = field(init=False)

    def __post_init__(self) -> None:
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = [torch.zeros((), device=parameter.device) for parameter in self.parameters]


class Adam:
    """Moves parameters along the gradients that it is handed.

    Args:
        groups: parameters with their learning rates.
        betas: decay rates of the two moments.
    """

    epsilon: ClassVar[float] = 1e-8

    def __init__(self, groups: Sequence[Group], betas: tuple[float, float]) -> None:
        self.groups, self.betas = list(groups), betas

    @property
    def parameters(self) -> list[Tensor]:
        """All parameters, group after group."""
        return [parameter for group in self.groups for parameter in group.parameters]

    @property
    def tensors(self) -> list[Tensor]:
        """The moments and counts of all parameters."""
        return [tensor for group in self.groups for tensor in (*group.means, *group.squares, *group.steps)]

    @torch.no_grad()
    def step(self, gradients: Sequence[Tensor]) -> None:
        """Make one step; ``gradients`` are in the order of ``parameters``."""
        remaining = list(gradients)
        for group in self.groups:
            count = len(group.parameters)
            # On a CPU the fused kernel takes every gradient to be contiguous, and silently misreads the others.
            own, remaining = [gradient.contiguous() for gradient in remaining[:count]], remaining[count:]
            torch._foreach_add_(group.steps, 1.0)
            torch._fused_adam_(
                *(group.parameters, own, group.means, group.squares, [], group.steps),
                lr=group.learning_rate,
                beta1=self.betas[0],
                beta2=self.betas[1],
                weight_decay=0.0,
                eps=self.epsilon,
                amsgrad=False,
                maximize=False,
            )

    def state_dict(self) -> list[dict[str, Any]]:
        """The moments and counts of every group."""
        return [{"means": group.means, "squares": group.squares, "steps": group.steps} for group in self.groups]

    @torch.no_grad()
    def load_state_dict(self, state: list[dict[str, Any]]) -> None:
        """Go on from a saved state."""
        for group, saved in zip(self.groups, state, strict=True):
            for name in ("means", "squares", "steps"):
                for own, value in zip(getattr(group, name), saved[name], strict=True):
                    own.copy_(value)
