"""What the executor asks of a cluster, and which cluster it is."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import Protocol

from snakemake_interface_common.exceptions import WorkflowError

from snakemake_executor_plugin_submitit.endings import Ending
from snakemake_executor_plugin_submitit.local import Debug, Local
from snakemake_executor_plugin_submitit.session import Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings
from snakemake_executor_plugin_submitit.slurm import Slurm


class Cluster(Protocol):
    """Where tasks run."""

    def ended(self, tasks: Iterable[str]) -> dict[str, Ending]:
        """Those of the tasks that are known to be over."""

    def alive(self, tasks: set[str]) -> set[str] | None:
        """Those of the tasks that wait or run; None when nobody can say."""

    def cancel(self, tasks: Iterable[str]) -> bool:
        """End tasks; whether the cluster does so."""

    def max_array_size(self) -> int:
        """Tasks in one array at most."""


def connect(settings: ExecutorSettings, session: Session) -> Cluster:
    """The cluster that the settings name.

    Raises:
        WorkflowError: it is Slurm, and there is none here.
    """
    if settings.cluster == "slurm":
        if missing := [command for command in ("sbatch", "srun") if shutil.which(command) is None]:
            raise WorkflowError(
                f"--submitit-cluster slurm: {' and '.join(missing)} not found. Start Snakemake where jobs can be "
                "submitted, such as a login node, or use --submitit-cluster local."
            )
        return Slurm(settings.state_interval, session.tasks)
    return Local(session.tasks) if settings.cluster == "local" else Debug()
