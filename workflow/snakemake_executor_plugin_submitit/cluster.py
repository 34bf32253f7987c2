"""What the executor asks of a cluster, and which cluster it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from snakemake_executor_plugin_submitit.endings import Ending
from snakemake_executor_plugin_submitit.local import Debug, Local
from snakemake_executor_plugin_submitit.session import Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings
from snakemake_executor_plugin_submitit.slurm import Slurm


class Cluster(Protocol):
    """Where tasks run."""

    def ended(self, tasks: Iterable[str]) -> dict[str, Ending]:
        """Those of the tasks that are known to be over."""

    def alive(self, tasks: set[str]) -> set[str]:
        """Those of the tasks that wait or run."""

    def cancel(self, tasks: Iterable[str]) -> None:
        """End tasks."""

    def max_array_size(self) -> int:
        """Tasks in one array at most."""


def connect(settings: ExecutorSettings, session: Session) -> Cluster:
    """The cluster that the settings name."""
    if settings.cluster == "slurm":
        return Slurm(settings.state_interval, session.tasks)
    return Local(session.tasks) if settings.cluster == "local" else Debug()
