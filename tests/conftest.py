"""Fixtures that the tests of several rooms use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder of the four MNIST files: $MNIST_DIR, or ../shared/data/mnist beside the repository."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist"
    folder = Path(os.environ.get("MNIST_DIR", beside))
    if not folder.is_dir():
        pytest.skip("MNIST is not here; set MNIST_DIR to the folder of its four files")
    return folder
