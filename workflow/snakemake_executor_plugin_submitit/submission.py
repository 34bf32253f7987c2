"""Hands tasks to submitit."""

from __future__ import annotations

import logging
import shlex
import sys
import time
from collections.abc import Sequence

import submitit
from submitit.core.utils import FailedJobError, FailedSubmissionError

from snakemake_executor_plugin_submitit.pack import Pack
from snakemake_executor_plugin_submitit.parameters import Request
from snakemake_executor_plugin_submitit.session import Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings

log = logging.getLogger(__name__)

# A signal that comes before submitit listens would end the task.
PYTHON = f"""/bin/sh -c 'trap "" USR2; exec "$@"' sh {shlex.quote(sys.executable)}"""
FOR_EVER = 10**6
"""Time-outs that submitit forgives; whether there is a point in going on, ``Pack`` decides."""
PASSING = ("timed out", "Unable to contact", "Connection refused", "temporarily", "try again", "Slurm controller")
"""Refusals of sbatch that another try may overcome."""
WAITS = (2, 10, 30, 60)
"""Seconds before the next try."""


class SubmissionError(Exception):
    """What sbatch says against a submission, in one line."""


def submit(
    packs: Sequence[Pack], request: Request, settings: ExecutorSettings, session: Session, name: str, comment: str
) -> list[submitit.Job[None]]:
    """Submit tasks as one array; their jobs, in order.

    Raises:
        SubmissionError: Slurm refuses.
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
        executor.update_parameters(name=name, slurm_comment=comment[:250], slurm_wckey=None, **parameters)
    for wait in (*WAITS, None):
        try:
            jobs: list[submitit.Job[None]] = executor.submit_array(packs)
        except (FailedJobError, FailedSubmissionError) as error:
            said = " ".join(str(error).split())
            if wait is None or not any(word in said for word in PASSING):
                raise SubmissionError(said or "sbatch failed without a word") from None
            log.warning("%s; trying again in %d s", said, wait)
            time.sleep(wait)
        else:
            return jobs
    raise AssertionError
