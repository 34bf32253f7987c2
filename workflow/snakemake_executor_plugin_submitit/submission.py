"""Hands tasks to submitit."""

from __future__ import annotations

import logging
import os
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import submitit
from submitit.core.utils import FailedJobError, FailedSubmissionError

from snakemake_executor_plugin_submitit.pack import Pack
from snakemake_executor_plugin_submitit.parameters import Request
from snakemake_executor_plugin_submitit.refusals import refusal
from snakemake_executor_plugin_submitit.session import Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings

log = logging.getLogger(__name__)

# A signal that comes before submitit listens would end the task.
PYTHON = f"""/bin/sh -c 'trap "" USR2; exec "$@"' sh {shlex.quote(sys.executable)}"""
FOR_EVER = 10**6
"""Time-outs that submitit forgives; whether there is a point in going on, ``Pack`` decides."""
WAITS = (2, 10, 30, 60)
"""Seconds before the next try."""
INPUT = frozenset(["SLURM_CLUSTERS", "SLURM_CONF", "SLURM_JWT"])
"""Variables that say which Slurm is meant, and not which job this process is part of."""


def submit(
    packs: Sequence[Pack], request: Request, settings: ExecutorSettings, session: Session, name: str, comment: str
) -> list[submitit.Job[None]]:
    """Submit tasks as one array; their jobs, in order.

    Raises:
        NoRoomError: Slurm refuses as long as so many jobs are in its queue.
        SubmissionError: Slurm refuses for another reason.
    """
    if settings.cluster == "debug":
        executor = submitit.AutoExecutor(session.tasks, cluster="debug")
    else:
        executor = submitit.AutoExecutor(
            session.tasks,
            cluster=settings.cluster,
            **{f"{settings.cluster}_max_num_timeout": FOR_EVER, f"{settings.cluster}_python": PYTHON},
        )
        parameters = request.submitit(settings.grace, settings.array_parallelism)
        executor.update_parameters(name=name, slurm_comment=comment[:250], **parameters)
        if settings.cluster == "slurm":
            # Its default is a key that sites which check keys do not know, and AutoExecutor takes None for "not set".
            executor._executor.update_parameters(wckey=None)
    for wait in (*WAITS, None):
        try:
            with outside_of_jobs():
                jobs: list[submitit.Job[None]] = executor.submit_array(packs)
        except (FailedJobError, FailedSubmissionError) as error:
            refused = refusal(str(error))
            if wait is None or not refused.may_pass:
                raise refused from None
            log.warning("%s; trying again in %d s", refused, wait)
            time.sleep(wait)
        else:
            return jobs
    raise AssertionError


@contextmanager
def outside_of_jobs() -> Iterator[None]:
    """Hide the job that this process may itself be part of.

    Tasks would inherit its variables, and srun refuses to start where two of them limit memory in different ways.
    """
    inside = "SLURM_JOB_ID" in os.environ
    names = [name for name in os.environ if inside and name.startswith("SLURM_") and name not in INPUT]
    hidden = {name: os.environ.pop(name) for name in names}
    try:
        yield
    finally:
        os.environ.update(hidden)
