"""A job's resources, in Snakemake's standard names, as submitit's parameters."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

OWNED = frozenset(
    [
        "array",
        "comment",
        "cpus-per-task",
        "error",
        "job-name",
        "no-requeue",
        "nodes",
        "ntasks",
        "ntasks-per-node",
        "open-mode",
        "output",
        "requeue",
        "signal",
        "time",
        "wrap",
    ]
)
"""Options of sbatch that this plugin sets or whose effect it relies on; ``slurm_extra`` may not."""


LEAST_MEMORY = 400
"""MB that a task needs for itself and a job's own Snakemake; with less it is killed before the job begins."""


class ResourceError(ValueError):
    """A resource that cannot be turned into something that Slurm understands."""


@dataclass(frozen=True)
class Request:
    """What one task asks for. Tasks whose requests are equal can leave as one array.

    Attributes:
        minutes: time limit.
        cpus: cores.
        mem_mb: memory of the task in MB; None leaves it to the partition.
        mem_mb_per_cpu: memory for each core instead.
        gpus: GPUs of the task.
        flags: further options of sbatch, sorted, ``True`` for those without a value.
    """

    minutes: int
    cpus: int = 1
    mem_mb: int | None = None
    mem_mb_per_cpu: int | None = None
    gpus: int = 0
    flags: tuple[tuple[str, str | bool], ...] = ()

    def for_pack(self, jobs: int, beside: int) -> Request:
        """What ``jobs`` jobs in one task ask for, ``beside`` of them at a time; they share the GPUs."""
        at_once = min(jobs, beside)
        return replace(
            self,
            minutes=self.minutes * math.ceil(jobs / beside),
            cpus=self.cpus * at_once,
            mem_mb=None if self.mem_mb is None else self.mem_mb * at_once,
        )

    def submitit(self, grace: int, array_parallelism: int) -> dict[str, Any]:
        """Arguments for ``AutoExecutor.update_parameters``."""
        shared: dict[str, Any] = {"timeout_min": self.minutes, "cpus_per_task": self.cpus, "nodes": 1}
        if self.mem_mb is not None:
            shared["mem_gb"] = self.mem_mb / 1024
        if self.mem_mb_per_cpu is not None:
            shared["slurm_mem_per_cpu"] = f"{self.mem_mb_per_cpu}MB"
        if self.gpus:
            shared["gpus_per_node"] = self.gpus
        # Without it neither Slurm nor submitit may start a job again on sites whose default is not to.
        further = {"requeue": True, **dict(self.flags)}
        return {
            **shared,
            "slurm_signal_delay_s": grace,
            "slurm_array_parallelism": array_parallelism,
            "slurm_additional_parameters": further,
        }


NAMES = {
    "slurm_partition": "partition",
    "slurm_account": "account",
    "slurm_qos": "qos",
    "qos": "qos",
    "constraint": "constraint",
    "reservation": "reservation",
    "gres": "gres",
}
"""Resources that are options of sbatch under another name or the same."""


def request(resources: Mapping[str, Any], threads: int, default_runtime: int) -> Request:
    """What a job asks for.

    Args:
        resources: as Snakemake has evaluated them for this attempt.
        threads: cores, where there is no resource ``cpus_per_task``.
        default_runtime: minutes, where there is no resource ``runtime``.

    Raises:
        ResourceError: a value is not a number where one is needed, or ``slurm_extra`` sets what is not its to set.
    """
    flags: dict[str, str | bool] = {
        option: str(resources[name]) for name, option in NAMES.items() if resources.get(name) not in (None, "")
    }
    flags.update(extra_flags(str(resources.get("slurm_extra") or "")))
    per_cpu = whole(resources, "mem_mb_per_cpu")
    memory, gpus = whole(resources, "mem_mb"), whole(resources, "gpus")
    if memory == 0:
        # To Slurm this is all that a node has, and not what it looks like.
        raise ResourceError("resource mem_mb=0: expected a positive number, or none for what the partition gives")
    return Request(
        minutes=max(whole(resources, "runtime") or default_runtime, 1),
        cpus=max(whole(resources, "cpus_per_task") or threads, 1),
        mem_mb=max(memory, LEAST_MEMORY) if memory is not None and per_cpu is None else None,
        mem_mb_per_cpu=per_cpu,
        gpus=(whole(resources, "gpu") or 0) if gpus is None else gpus,
        flags=tuple(sorted(flags.items())),
    )


def whole(resources: Mapping[str, Any], name: str) -> int | None:
    """A resource that has to be a whole number, not negative; None where the job has none.

    Raises:
        ResourceError: it is something else.
    """
    value = resources.get(name)
    if value is None:
        return None
    # Undetermined sizes ("<TBD>") can still stand here where an input does not exist yet.
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ResourceError(f"resource {name}={value!r}: expected a whole number that is not negative")
    return value


def extra_flags(text: str) -> dict[str, str | bool]:
    """``slurm_extra``, e.g. ``--reservation=course --exclusive``, as options.

    Raises:
        ResourceError: not of the form --name=value or --name, or an option that the plugin sets itself.
    """
    flags: dict[str, str | bool] = {}
    for word in shlex.split(text):
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise ResourceError(f"slurm_extra: {word!r}: expected --name=value or --name")
        if name in OWNED:
            raise ResourceError(f"slurm_extra: --{name} is set by the executor")
        flags[name] = value if equals else True
    return flags
