"""Runs whose generator is linear, on the points of a ring: every likelihood is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch

from ganpipe.data.mixtures import Ring
from ganpipe.data.prepare import prepare
from ganpipe.evaluation.protocols.protocol import Context
from tests.evaluation.likelihood.linear import LinearModel

RING = Ring(sigma=0.3, train_samples=500, test_samples=60)


@dataclass
class LinearSpec:
    seed: int = 0
    dataset: Ring = RING


@dataclass
class LinearRun:
    """What :class:`ganpipe.training.run.FinishedRun` is to an evaluation of likelihood."""

    spec: LinearSpec
    steps: list[int]
    run_id: str = "0123456789ab"
    result: dict[str, Any] = field(default_factory=dict)
    opened: list[int] = field(default_factory=list)

    def density(self, step: int, on: torch.device) -> LinearModel:
        self.opened.append(step)
        weight = torch.tensor([[1.0, 0.3], [-0.3, 1.0]])
        return LinearModel(weight * (1 + step / 1000), torch.tensor([0.1, -0.2]), torch.tensor([0.4, 0.5]))


@pytest.fixture(scope="session")
def ring_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ring")
    prepare(RING, folder, None)
    return folder


@pytest.fixture
def context(ring_folder: Path) -> Callable[..., Context]:
    """context(scratch=None, seed=0, steps=(10, 20))"""

    def make(scratch: Path | None = None, seed: int = 0, steps: tuple[int, ...] = (10, 20)) -> Context:
        run = LinearRun(LinearSpec(seed), list(steps))
        return Context(run, ring_folder, None, torch.device("cpu"), scratch=scratch)

    return make
