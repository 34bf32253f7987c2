"""A real Slurm for the tests in this folder; without one they are skipped with one line that says why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.executor.workflows import Workflow
from tests.slurm.cluster import Cluster, UnavailableError


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two nodes for the session."""
    running = Cluster(tmp_path_factory.mktemp("slurm") / "cluster")
    try:
        running.up()
    except UnavailableError as reason:
        running.down()
        pytest.skip(f"no test cluster: {reason}")
    yield running
    running.down()


@pytest.fixture
def workflow(cluster: Cluster, tmp_path: Path) -> Workflow:
    """An empty workflow whose jobs go to the cluster."""
    return Workflow(tmp_path / "w", "", cluster="slurm", SLURM_CONF=str(cluster.conf))
