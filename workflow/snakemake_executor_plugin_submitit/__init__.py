"""Snakemake executor plugin: every non-local job goes to a cluster through submitit.

settings     what can be set, from the command line or a profile
executor     Snakemake's side: submit, watch, cancel
job          a Snakemake job: its name across processes, its wishes
packing      which jobs share a task, and which tasks an array
parameters   a job's resources as submitit's parameters
submission   hands tasks to submitit
refusals     what sbatch says against it
backlog      tasks for which the cluster's queue has no room
cluster      what is asked of a cluster, and which cluster it is
pack         what runs on a node: the jobs of one task, preemption, time-out
process      a job's process on its node, and all that it starts
memory       whether a task was killed for want of memory
result       how a job ended, in a small file
standing     why Slurm tells a task to stop
claim        keeps two starts of one task from running at once
session      the folder of one Snakemake process, and what it leaves to the next
takeover     what earlier processes left on the cluster
waiting      what tasks wait for in vain
slurm, local, endings   what became of a task that left no result, and what to do about it
"""

from __future__ import annotations

from typing import Any

__all__ = ["Executor", "ExecutorSettings", "common_settings"]


def __getattr__(name: str) -> Any:
    # Jobs unpickle a class of this package on their node; what Snakemake needs would cost them half a second.
    if name == "Executor":
        from snakemake_executor_plugin_submitit.executor import Executor

        return Executor
    if name in __all__:
        from snakemake_executor_plugin_submitit import settings

        return getattr(settings, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
