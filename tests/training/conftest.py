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
from ganpipe.files import sha256_of, write_json
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import build_networks
from ganpipe.training.snapshot import write_snapshot
from ganpipe.training.train import train as train_run
from ganpipe.training.trainer import Trainer
from tests.fitting import fitted

CPU = torch.device("cpu")
Make = Callable[..., RunSpec]
Train = Callable[..., dict[str, Any]]
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
        networks = NETWORKS[NETWORKS_FOR[dataset]]
        run = RunSpec(
            dataset=SMALL[dataset],
            networks=networks,
            method=METHODS[method],
            training=Training(**{"steps": 12, "batch_size": 8, "learning_rate": 1e-3} | training),
            seed=seed,
        )
        return fitted(run)

    return spec


class Crash(Exception):  # noqa: N818 (not an error of anybody)
    """Stands for a kill: nothing catches it."""


@pytest.fixture
def train(datasets: Callable[[RunSpec], Path]) -> Train:
    """train(spec, folder, checkpoint_every=0)"""

    def run(spec: RunSpec, folder: Path, checkpoint_every: float = 0.0) -> dict[str, Any]:
        return train_run(spec, folder, datasets(spec), CPU, checkpoint_every=checkpoint_every)

    return run


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, Callable[[], None]], None]:
    """after(step, act): do something as soon as a trainer has made its first ``step`` steps."""

    def arrange(count: int, act: Callable[[], None]) -> None:
        advance, made = Trainer.advance, 0

        def noted(self: Trainer) -> None:
            nonlocal made
            advance(self)
            made += 1
            if made == count:
                act()

        monkeypatch.setattr(Trainer, "advance", noted)

    return arrange


def crash() -> None:
    raise Crash


def outcome(folder: Path) -> dict[str, bytes]:
    """The bytes of everything that must not depend on how often a run was interrupted."""
    names = [path.name for path in folder.glob("snapshot-*")]
    return {name: (folder / name).read_bytes() for name in [*names, "history.parquet", "samples.png", "spec.json"]}


@pytest.fixture
def undisturbed(make: Make, train: Train, tmp_path: Path) -> tuple[RunSpec, dict[str, bytes]]:
    """A run that was never interrupted, and what came out."""
    spec = make(snapshots=3, ema_decay=0.9)
    train(spec, tmp_path / "undisturbed", 60.0)
    return spec, outcome(tmp_path / "undisturbed")


def must_not_train(*_: Any) -> None:
    raise AssertionError("a run that is complete was trained again")


@pytest.fixture
def finished(make: Make, tmp_path: Path) -> tuple[RunSpec, Path]:
    """A run's folder with two snapshots, as training leaves it."""
    spec = make("stacked_digits")
    snapshots = {}
    for step in (6, 12):
        networks = {"generator": build_networks(spec)["generator"]}
        with torch.no_grad():
            next(networks["generator"].parameters()).add_(step)
        snapshots[str(step)] = sha256_of(write_snapshot(tmp_path, spec, step, networks))
    write_json(tmp_path / "spec.json", spec.model_dump(mode="json"))
    result = {"run_id": spec.run_id, "status": "complete", "reason": None, "snapshots": snapshots}
    write_json(tmp_path / "result.json", result)
    return spec, tmp_path
