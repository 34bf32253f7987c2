"""A Snakemake job as the executor sees it: its name across processes, its wishes, and what a task has to know of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from snakemake_interface_executor_plugins.jobs import JobExecutorInterface

from snakemake_executor_plugin_submitit.packing import Wish
from snakemake_executor_plugin_submitit.parameters import ResourceError, request, whole
from snakemake_executor_plugin_submitit.process import Member
from snakemake_executor_plugin_submitit.session import Entry, Session, key_of
from snakemake_executor_plugin_submitit.settings import ExecutorSettings


@dataclass(frozen=True)
class Ready:
    """A job that can be submitted; its entry names no task yet."""

    job: JobExecutorInterface
    entry: Entry
    member: Member


def ready(job: JobExecutorInterface, command: str, session: Session) -> Ready:
    """Get a job ready to be submitted.

    Raises:
        ResourceError: resource ``checkpoint`` makes no sense.
    """
    token = f"{str(job.jobid)[:12]}.{job.attempt}"
    label = " ".join([job.name, *(f"{name}={value}" for name, value in wildcards(job).items())])
    log = session.log(label, token)
    entry = Entry(key(job), token, "", label, str(log), str(session.folder))
    return Ready(job, entry, Member(token, label, command, log, checkpoint(job)))


def wish(job: JobExecutorInterface, settings: ExecutorSettings) -> Wish:
    """How a job wants to run.

    Raises:
        ResourceError: a resource makes no sense.
    """
    asked = request(job.resources, job.threads, settings.default_runtime)
    pack = whole(job.resources, "pack") or settings.pack
    return Wish(asked, pack, min(whole(job.resources, "pack_beside") or settings.pack_beside, pack))


def key(job: JobExecutorInterface) -> str:
    """Names a job across processes; one that makes nothing is known by its rule."""
    return key_of(map(str, job.output or [job.name]))


def wildcards(job: JobExecutorInterface) -> dict[str, str]:
    """The job's wildcards; a group of jobs has none."""
    return getattr(job, "wildcards_dict", None) or {}


def checkpoint(job: JobExecutorInterface) -> Path | None:
    """What changes whenever the job saves.

    Raises:
        ResourceError: the resource names a wildcard that the job has not, or there is no output to stand beside.
    """
    name = str(job.resources.get("checkpoint") or "")
    if not name:
        return None
    try:
        return Path(str(job.output[0])).absolute().parent / name.format(**wildcards(job))
    except (LookupError, ValueError):
        raise ResourceError(
            f"resource checkpoint={name!r}: expected a file or folder beside the job's first output, with nothing in "
            "braces but the job's wildcards"
        ) from None
