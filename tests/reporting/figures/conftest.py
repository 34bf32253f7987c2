"""Runs without training: losses on disk, and samplers that draw from whatever a test wants to have been generated."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from ganpipe.data.mixtures import Ring
from ganpipe.presets import NETWORKS
from ganpipe.reporting.experiment import Experiment
from ganpipe.spec.method import Method
from ganpipe.spec.training import Training
from ganpipe.training.run import FinishedRun


def write_histories(results: Path, experiment: Experiment) -> None:
    """The losses of every run."""
    for run in experiment.rows:
        step = np.arange(0, 1000, 50)
        losses = {"loss_discriminator": np.cos(step + run.seed), "loss_generator": 1 + np.sin(step + run.seed)}
        path = results / "runs" / run.run_id / "history.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"step": step, **losses}), path)


class GeneratedRun:
    """What :class:`ganpipe.training.run.FinishedRun` is to a figure; it draws around two modes, or grey pictures."""

    def __init__(self, run_id: str, dataset: Any = None, steps: tuple[int, ...] = (100, 200)) -> None:
        self.run_id = run_id
        training = Training(steps=steps[-1], batch_size=10, snapshots=steps)
        self.spec = SimpleNamespace(
            dataset=dataset or Ring(),
            seed=0,
            dataset_id="0123456789ab",
            method=Method(),
            networks=NETWORKS["mlp"],
            training=training,
        )
        self.result = {"train_seconds": 10.0 + int(run_id.rpartition("-")[2]) ** 2}
        self.status = "complete"
        self.steps = list(steps)
        self.asked: list[int] = []

    def sampler(self, step: int, device: torch.device) -> Any:
        self.asked.append(step)

        def sample(rng: np.random.Generator, count: int) -> torch.Tensor:
            shape = self.spec.dataset.sample_shape
            if len(shape) == 3:
                return torch.tensor(rng.random((count, *shape)), dtype=torch.float32)
            modes = Ring().centres()[rng.integers(2, size=count)]
            return torch.tensor(modes + 0.05 * rng.standard_normal((count, 2)), dtype=torch.float32)

        return SimpleNamespace(sample=sample, prior=self.spec.networks)

    def networks(self, step: int) -> dict[str, torch.nn.Module]:
        self.asked.append(step)
        return {"encoder": torch.nn.Identity()}


@pytest.fixture
def generated_runs(monkeypatch: pytest.MonkeyPatch) -> dict[str, GeneratedRun]:
    """Opens invented runs instead of finished ones; the runs that were opened, by id."""
    opened: dict[str, GeneratedRun] = {}

    def open_generated(folder: Path, *, restored: bool) -> GeneratedRun:
        return opened.setdefault(folder.name, GeneratedRun(folder.name))

    monkeypatch.setattr(FinishedRun, "open", open_generated)
    return opened


@pytest.fixture
def histories() -> Any:
    return write_histories
