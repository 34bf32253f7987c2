"""Small prepared datasets, and specifications of runs that take a fraction of a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from ganpipe.data.dataset import Dataset, Samples
from ganpipe.data.mixtures import Ring
from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training

CPU = torch.device("cpu")
SMALL: dict[str, Dataset] = {
    "ring": Ring(train_samples=2000, test_samples=10),
    "digits": DATASETS["digits"],
    "stacked_digits": DATASETS["stacked_digits"],
}
NETWORKS_FOR = {"ring": "mlp", "digits": "small_conv", "stacked_digits": "small_conv"}


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    # As in every run on a CPU.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> Callable[[RunSpec], Path]:
    """The folder of a run's prepared dataset."""
    root = tmp_path_factory.mktemp("datasets")

    def folder(spec: RunSpec) -> Path:
        prepare(spec.dataset, root / spec.dataset_id, None)
        return root / spec.dataset_id

    return folder


@pytest.fixture(scope="session")
def samples(datasets: Callable[[RunSpec], Path]) -> Callable[[RunSpec], Samples]:
    """The training split of a run's dataset."""
    return lambda spec: open_prepared(spec.dataset, datasets(spec), "train", CPU)


@pytest.fixture(scope="session")
def make() -> Callable[..., RunSpec]:
    """make(dataset="ring", method="gan", seed=0, **training) -> a small run."""

    def spec(dataset: str = "ring", method: str = "gan", seed: int = 0, **training: Any) -> RunSpec:
        return RunSpec(
            dataset=SMALL[dataset],
            networks=NETWORKS[NETWORKS_FOR[dataset]],
            method=METHODS[method],
            training=Training(**{"steps": 12, "batch_size": 8, "learning_rate": 1e-3} | training),
            seed=seed,
        )

    return spec
