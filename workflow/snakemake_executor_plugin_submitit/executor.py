"""Snakemake's side: submit what is ready, watch it, cancel it."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface

from snakemake_executor_plugin_submitit.backlog import Backlog
from snakemake_executor_plugin_submitit.cluster import Cluster, connect
from snakemake_executor_plugin_submitit.endings import Ending, describe_ending, describe_result
from snakemake_executor_plugin_submitit.job import Ready, key, ready, wish
from snakemake_executor_plugin_submitit.packing import Array, arrays
from snakemake_executor_plugin_submitit.parameters import ResourceError
from snakemake_executor_plugin_submitit.result import Result, tokens
from snakemake_executor_plugin_submitit.session import Entry, Session
from snakemake_executor_plugin_submitit.settings import ExecutorSettings
from snakemake_executor_plugin_submitit.takeover import Takeover

if TYPE_CHECKING:
    import submitit

LOCAL_GRACE = 30
"""Seconds before the time limit at which submitit signals tasks of a local cluster."""


@dataclass
class Submitted:
    """A job on its way: where its result appears, and when its task was first seen to be over without one."""

    entry: Entry
    over: Ending | None = None
    over_since: float = 0.0

    @property
    def folder(self) -> Path:
        """Where the result appears."""
        return Path(self.entry.folder)

    def result(self) -> Result | None:
        """The result; None when there is none, or the file system does not hand it out."""
        try:
            return Result.read(self.folder, self.entry.token)
        except OSError:
            return None


class Executor(RemoteExecutor):
    """Submits jobs through submitit."""

    _initialised = False
    """Snakemake asks for the state of jobs from another thread, and perhaps before ``__post_init__``."""

    def __post_init__(self) -> None:
        self.settings: ExecutorSettings = self.workflow.executor_settings
        self.session = Session()
        self.cluster: Cluster = connect(self.settings, self.session)
        self.takeover = Takeover(self.session, self.cluster, self.logger)
        self._max_array_size = self.settings.max_array_size
        self._live: dict[str, set[str]] = {}
        """Tasks that may be running, and the jobs in them that have not ended."""
        self._handles: list[submitit.Job[None]] = []
        self._ended_tasks = 0
        self.backlog = Backlog(self._send, self._refuse, lambda: len(self._live), self.logger)
        self._initialised = True

    def additional_general_args(self) -> str:
        """Options of a job's own Snakemake."""
        # Its limit of jobs a second would keep it waiting for one second after the job.
        return "--max-jobs-per-timespan 100/0s"

    def run_job(self, job: JobExecutorInterface) -> None:
        """Submit one job."""
        self.run_jobs([job])

    def run_jobs(self, jobs: list[JobExecutorInterface]) -> None:
        """Submit all jobs that are ready, as few arrays."""
        wishes = []
        for job in self._not_running_already(jobs):
            self.run_job_pre(job)
            try:
                wishes.append((ready(job, self.format_job_exec(job), self.session), wish(job, self.settings)))
            except ResourceError as error:
                self.report_job_error(SubmittedJobInfo(job), msg=f"{error}. ")
        if not wishes:
            return
        self.session.prepare()
        self._max_array_size = self._max_array_size or self.cluster.max_array_size()
        for array in arrays(wishes, self._max_array_size):
            self.backlog.submit(array)

    async def check_active_jobs(self, active_jobs: list[SubmittedJobInfo]) -> AsyncGenerator[SubmittedJobInfo, None]:
        """Report the jobs that have ended, and hand back the others."""
        if not self._initialised:
            return
        if self.settings.cluster != "slurm":
            # Runs the jobs of a debug cluster, and reaps the processes of a local one.
            self._handles = [handle for handle in self._handles if not handle.done()]
        finished = {folder: tokens(folder) for folder in {info.aux["submitted"].folder for info in active_jobs}}
        open_jobs = []
        for info in active_jobs:
            submitted: Submitted = info.aux["submitted"]
            if submitted.entry.token in finished[submitted.folder] and (result := submitted.result()):
                self._finish(info, submitted, result)
            else:
                open_jobs.append((info, submitted))
        ended = self.cluster.ended({submitted.entry.task for _, submitted in open_jobs if submitted.over is None})
        for info, submitted in open_jobs:
            if submitted.over is None and (over := ended.get(submitted.entry.task)):
                submitted.over, submitted.over_since = over, time.monotonic()
            # The result may be on its way through a file system slower than Slurm.
            if submitted.over is None or time.monotonic() - submitted.over_since < self._patience():
                yield info
            elif result := submitted.result():
                self._finish(info, submitted, result)
            else:
                self._fail(info, submitted, describe_ending(submitted.entry.task, submitted.over))
        ended_tasks, self._ended_tasks = self._ended_tasks, 0
        self.backlog.go_on(ended_tasks)

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        """Cancel everything that was submitted, also what is being looked at or submitted this moment."""
        del active_jobs
        self.backlog.close()
        if self.cluster.cancel([*self._live, *self.session.unrecorded()]):
            self._live.clear()
        else:
            self.logger.warning(
                "scancel fails, so jobs may wait or run on (squeue --me). The next Snakemake process takes them over."
            )

    def shutdown(self) -> None:
        """The end of the workflow."""
        super().shutdown()
        if self._live:
            # Jobs that run on, or wait, look for this folder before anything else; Snakemake has just removed it.
            Path(self.tmpdir).mkdir(exist_ok=True)
        if self.settings.cluster == "local":
            self._handles = [handle for handle in self._handles if not handle.done()]
        if not self._live:
            self.session.close(keep_logs=self.settings.keep_logs)

    def _patience(self) -> float:
        return 0.0 if self.settings.cluster == "debug" else float(self.workflow.execution_settings.latency_wait)

    def _send(self, array: Array[Ready]) -> None:
        """Submit an array as it is.

        Raises:
            SubmissionError: Slurm refuses.
        """
        # Not above: every job's own Snakemake loads this file for the sake of its options, and would load submitit too.
        from snakemake_executor_plugin_submitit.pack import Pack
        from snakemake_executor_plugin_submitit.submission import submit

        packs = [
            Pack(
                self.session.folder,
                task[0].member.token,
                tuple(job.member for job in task),
                beside=array.beside,
                minutes=array.request.minutes,
                grace=LOCAL_GRACE if self.settings.cluster == "local" else self.settings.grace,
                max_timeouts=self.settings.max_timeouts,
            )
            for task in array.tasks
        ]
        jobs = [job for task in array.tasks for job in task]
        name = "+".join(dict.fromkeys(each.job.name for each in jobs))
        comment = jobs[0].entry.label + (f" and {len(jobs) - 1} more" if len(jobs) > 1 else "")
        submitted = submit(packs, array.request, self.settings, self.session, name[:60], comment)
        self._handles += submitted
        located = [
            (each.job, replace(each.entry, task=task.job_id))
            for task, members in zip(submitted, array.tasks, strict=True)
            for each in members
        ]
        for _, entry in located:
            self._live.setdefault(entry.task, set()).add(entry.token)
        first = submitted[0].job_id.partition("_")[0]
        self.logger.info(f"Submitted {len(jobs)} job(s) as {len(submitted)} task(s) of {name}, {first}: {comment}")
        self.session.record(entry for _, entry in located)
        for job, entry in located:
            self._register(job, entry)

    def _refuse(self, array: Array[Ready], reason: Exception) -> None:
        for each in (each for task in array.tasks for each in task):
            self.report_job_error(SubmittedJobInfo(each.job), msg=f"sbatch refuses it: {reason}. ")

    def _register(self, job: JobExecutorInterface, entry: Entry) -> None:
        info = SubmittedJobInfo(job, external_jobid=entry.task, aux={"submitted": Submitted(entry)})
        self.report_job_submission(info)

    def _not_running_already(self, jobs: Iterable[JobExecutorInterface]) -> list[JobExecutorInterface]:
        """The jobs to submit; those that an earlier process submitted and that run still are only watched."""
        fresh = []
        for job in jobs:
            entry = self.takeover.entry(key(job))
            if entry is None:
                fresh.append(job)
                continue
            self.logger.info(
                f"{entry.label}: taken over from an earlier Snakemake process, which submitted it as {entry.task}; "
                "it is not started again."
            )
            self._live.setdefault(entry.task, set()).add(entry.token)
            self.session.prepare()
            self.session.record([entry])
            self._register(job, entry)
        return fresh

    def _finish(self, info: SubmittedJobInfo, submitted: Submitted, result: Result) -> None:
        if result.outcome != "done":
            self._fail(info, submitted, describe_result(submitted.entry.task, result))
            return
        self._over(submitted)
        if not self.settings.keep_logs:
            self.session.forget(submitted.entry)
        self.report_job_success(info)

    def _fail(self, info: SubmittedJobInfo, submitted: Submitted, message: str) -> None:
        self._over(submitted)
        self.session.failed.add(submitted.entry.task)
        self.report_job_error(info, msg=message, aux_logs=self._logs(submitted.entry))

    def _over(self, submitted: Submitted) -> None:
        """One job fewer in its task."""
        left = self._live.get(submitted.entry.task, set())
        left.discard(submitted.entry.token)
        if not left and self._live.pop(submitted.entry.task, None) is not None:
            self._ended_tasks += 1

    def _logs(self, entry: Entry) -> list[str]:
        """What a person should look into: the job's output; the task's own log where the job has printed nothing."""
        task = Path(entry.folder) / "tasks" / f"{entry.task}_0_log.err"
        written = [path for path in (Path(entry.log), task) if path.exists() and path.stat().st_size]
        return [os.path.relpath(path) for path in written[:1]]
