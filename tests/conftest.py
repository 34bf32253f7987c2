"""Fixtures that the tests of several rooms use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def mnist_folder() -> Path:
    """Where the four MNIST files may be: $MNIST_DIR, or ../shared/data/mnist beside the repository."""
    return Path(os.environ.get("MNIST_DIR", Path(__file__).parents[2] / "shared" / "data" / "mnist"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The workflow's tests take longest and begin first, because ``make test`` runs files in several processes."""
    workflow = Path(__file__).parent / "workflow"
    items.sort(key=lambda item: workflow not in item.path.parents)


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder of the four MNIST files."""
    folder = mnist_folder()
    if not folder.is_dir():
        pytest.skip("MNIST is not here; set MNIST_DIR to the folder of its four files")
    return folder
