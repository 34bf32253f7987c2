"""Finished runs without training: their samplers draw from whatever a test wants to have been generated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.data.dataset import Dataset
from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.evaluation.networks.classifier import Classifier, train_classifier
from ganpipe.evaluation.presets import CLASSIFIERS
from ganpipe.evaluation.protocols.protocol import Context
from tests.evaluation.likelihood.linear import RING, LinearRun, LinearSpec

CPU = torch.device("cpu")
Draw = Callable[[np.random.Generator, int, int], Tensor]
"""(rng, count, step) -> samples."""


@dataclass
class FakeSpec:
    dataset: Dataset
    seed: int = 0


@dataclass
class FakeSampler:
    run: FakeRun
    step: int

    def sample(self, rng: np.random.Generator, count: int, *, batch_statistics: bool = False) -> Tensor:
        self.run.calls.append((self.step, count, batch_statistics))
        return self.run.draw(rng, count, self.step)


@dataclass
class FakeRun:
    """What :class:`ganpipe.training.run.FinishedRun` is to an evaluation."""

    spec: FakeSpec
    draw: Draw
    steps: list[int]
    status: str = "complete"
    run_id: str = "0123456789ab"
    result: dict[str, Any] = field(default_factory=lambda: {"provenance": {"torch": "2"}})
    calls: list[tuple[int, int, bool]] = field(default_factory=list)

    def sampler(self, step: int, device: torch.device) -> FakeSampler:
        assert step in self.steps
        return FakeSampler(self, step)


@pytest.fixture
def fake_run() -> Callable[..., FakeRun]:
    """make(dataset, draw, steps=[100], seed=0, status="complete")."""

    def make(
        dataset: Dataset, draw: Draw, steps: tuple[int, ...] = (100,), seed: int = 0, status: str = "complete"
    ) -> FakeRun:
        return FakeRun(FakeSpec(dataset, seed), draw, list(steps), status)

    return make


@pytest.fixture(scope="session")
def digits_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared single digits that the classifiers learn from."""
    folder = tmp_path_factory.mktemp("digits")
    prepare(CLASSIFIERS["digits_smoke"].dataset, folder, None)
    return folder


@pytest.fixture(scope="session")
def images_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared preset ``digits``, which generators learn."""
    folder = tmp_path_factory.mktemp("images")
    prepare(PRESETS["digits"], folder, None)
    return folder


@pytest.fixture(scope="session")
def classifier_folder(tmp_path_factory: pytest.TempPathFactory, digits_folder: Path) -> Path:
    """The smoke-scale classifier of digits, trained (about a second)."""
    folder = tmp_path_factory.mktemp("classifier")
    train_classifier(CLASSIFIERS["digits_smoke"], digits_folder, folder, CPU)
    return folder


@pytest.fixture(scope="session")
def classifier(classifier_folder: Path) -> Classifier:
    return Classifier.open(classifier_folder, CPU)


@pytest.fixture
def evaluated(fake_run, images_folder: Path, classifier: Classifier) -> Callable[..., Context]:
    """evaluated(draw, seed=0): a run on digits, ready for protocols that look at the classifier's features."""

    def make(draw: Draw, seed: int = 0, picture: Path | None = None) -> Context:
        run = fake_run(PRESETS["digits"], draw, seed=seed)
        return Context(run, images_folder, classifier, CPU, picture=picture)

    return make


@pytest.fixture(scope="session")
def real_digits(images_folder: Path) -> Draw:
    """A generator that draws from the training images."""
    samples = open_prepared(PRESETS["digits"], images_folder, "train", CPU)
    return lambda rng, count, step: samples.draw(rng, count)


@pytest.fixture(scope="session")
def one_digit(images_folder: Path) -> Draw:
    """A generator that makes one image."""
    image = open_prepared(PRESETS["digits"], images_folder, "train", CPU)[:1]
    return lambda rng, count, step: image.repeat(count, 1, 1, 1)


@pytest.fixture(scope="session")
def broken() -> Draw:
    """A generator that makes one infinite pixel."""

    def draw(rng: np.random.Generator, count: int, step: int) -> Tensor:
        images = torch.zeros(count, 1, 8, 8)
        images[-1, 0, 3, 3] = torch.inf
        return images

    return draw


@pytest.fixture(scope="session")
def ring_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prepared ring of :class:`LinearRun`."""
    folder = tmp_path_factory.mktemp("ring")
    prepare(RING, folder, None)
    return folder


@pytest.fixture
def linear_context(ring_folder: Path) -> Callable[..., Context]:
    """linear_context(scratch=None, seed=0, steps=(10, 20)): a run with a linear generator and a learned density."""

    def make(scratch: Path | None = None, seed: int = 0, steps: tuple[int, ...] = (10, 20)) -> Context:
        return Context(LinearRun(LinearSpec(seed), list(steps)), ring_folder, None, CPU, scratch=scratch)

    return make
