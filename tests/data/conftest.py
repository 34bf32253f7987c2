"""A small MNIST in the official format, whose checksums are the expected ones while a test runs."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganpipe.data import mnist
from ganpipe.data.origin import Origin

TRAIN, TEST = 200, 50


def idx(array: np.ndarray) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes() + array.tobytes()


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
    checksums = {}
    for prefix, count in (("train", TRAIN), ("t10k", TEST)):
        images = rng.integers(256, size=(count, 28, 28), dtype=np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for name, array in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
            (folder / f"{name}.gz").write_bytes(gzip.compress(idx(array)))
            checksums[f"{name}.gz"] = "md5:" + hashlib.md5(idx(array)).hexdigest()
    monkeypatch.setattr(mnist, "ORIGIN", Origin("mnist", checksums, ()))
    return folder
