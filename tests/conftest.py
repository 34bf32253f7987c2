"""Fixtures that the tests of several rooms use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For ``make test``, which runs on several processes: what shares costly fixtures stays in one.

    The workflow's tests share a project and take longest, so they begin first.
    """
    workflow = Path(__file__).parent / "workflow"
    for item in items:
        group = "workflow" if workflow in item.path.parents else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: workflow not in item.path.parents)


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """The folder of the four MNIST files: $MNIST_DIR, or ../shared/data/mnist beside the repository."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist"
    folder = Path(os.environ.get("MNIST_DIR", beside))
    if not folder.is_dir():
        pytest.skip("MNIST is not here; set MNIST_DIR to the folder of its four files")
    return folder
