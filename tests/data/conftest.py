"""A small MNIST in the official format, whose checksums are the expected ones while a test runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganpipe.data import mnist
from tests.data.official import idx, matching, write_mnist

TRAIN, TEST = 200, 50


@pytest.fixture
def idx_bytes() -> Callable[[np.ndarray], bytes]:
    """The idx form of an array of unsigned bytes."""
    return idx


@pytest.fixture
def tiny_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the four files, 200 training and 50 test digits in equal proportions, compressed."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "raw"
    folder.mkdir()
    parts = {}
    for prefix, count in (("train", TRAIN), ("t10k", TEST)):
        images = rng.integers(256, size=(count, 28, 28), dtype=np.uint8)
        parts[prefix] = images, (np.arange(count) % 10).astype(np.uint8)
    write_mnist(folder, parts, zipped=True)
    monkeypatch.setattr(mnist, "ORIGIN", matching(mnist.ORIGIN, folder))
    return folder
