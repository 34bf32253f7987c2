"""What runs on a node: the jobs of one task, one after another or some beside each other.

Preemption and time-out come as SIGUSR2, which submitit turns into a call of ``checkpoint``: running jobs get SIGUSR2,
have the grace period to save, and the task is started again. Jobs that have a result are not run again. A time-out
counts only when no job of the task has finished or written a new checkpoint since the start before it. SIGTERM makes
jobs save, too; what becomes of the task then is Slurm's affair, unless it has been asked to make room.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import psutil
from submitit.core.job_environment import JobEnvironment
from submitit.core.utils import DelayedSubmission

from snakemake_executor_plugin_submitit.claim import Claim
from snakemake_executor_plugin_submitit.memory import out_of_memory_kills
from snakemake_executor_plugin_submitit.process import Member, Running
from snakemake_executor_plugin_submitit.result import Result
from snakemake_executor_plugin_submitit.standing import Standing, ask_slurm

POLL_EVERY = 0.05
"""Seconds between two looks at running jobs."""
SETTLE = 3.0
"""Seconds before an exit status counts as a failure.

Slurm signals every process of a task. A program that has saved and left because of it must not look as if it had
failed, should this process hear of it later.
"""
RESERVE = 15
"""Seconds of the grace period that are left to write things down and to ask Slurm for a new start."""
TIMEOUT_SLACK = 60
"""A signal that comes this many seconds before the end of the time limit and the grace period is a time-out.

Slurm looks at its clock now and then, so it may give notice up to a minute early (``sbatch --signal``).
"""


class Pack:
    """The jobs of one task.

    Args:
        folder: where results go.
        name: of the task, unique in the folder.
        members: the jobs, in order.
        beside: how many run at once.
        minutes: the task's time limit.
        grace: seconds between the signal and the end.
        max_timeouts: consecutive time-outs without a new checkpoint that are forgiven.
    """

    _begun = False

    def __init__(
        self,
        folder: Path,
        name: str,
        members: tuple[Member, ...],
        *,
        beside: int,
        minutes: int,
        grace: int,
        max_timeouts: int,
    ) -> None:
        self.folder, self.name, self.members, self.beside = folder, name, members, beside
        self.minutes, self.grace, self.max_timeouts = minutes, grace, max_timeouts
        self.timeouts = 0
        self.directory = Path.cwd()

    def __call__(self) -> None:
        """Run the jobs that have no result yet.

        Raises:
            SystemExit: a job has failed, so that Slurm's books say so too; or the task is being ended.
        """
        self._terminated = False
        self._oom_kills = out_of_memory_kills()
        self._running: dict[str, Running] = {}
        self._claim = Claim(self.folder / f"{self.name}.claim")
        self._progress_before = self._progress()
        self._begun = True
        os.chdir(self.directory)
        environment = JobEnvironment()
        in_a_task = environment.cluster != "debug" and threading.current_thread() is threading.main_thread()
        if in_a_task:
            signal.signal(signal.SIGTERM, self._terminate)
            # A Ctrl-C meant for Snakemake reaches the tasks of a local cluster too; Snakemake cancels them properly.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # Left by a start that was killed while it wrote; submitit would stumble over it for ever.
            pickle = environment.paths.submitted_pickle
            pickle.with_suffix(pickle.suffix + ".save_tmp").unlink(missing_ok=True)
        if environment.cluster == "slurm":
            self._tell_slurm(environment.job_id)
        if self._claim.acquire():
            print("An earlier start of this task was still running; it is gone now.", flush=True)
        waiting = self._left()
        failed = len(self.members) - len(waiting) - self._count_done()
        while (waiting or self._running) and not self._terminated:
            while waiting and len(self._running) < self.beside:
                member = waiting.pop(0)
                self._running[member.token] = Running(member)
                print(f"Started {member.label}; its output goes to {member.log}", flush=True)
            failed += self._collect()
            if not self._claim.keep():
                self._end(signal.SIGKILL)
                sys.exit("Another start of this task has taken over; stopping here.")
            time.sleep(POLL_EVERY)
        if self._terminated:
            self._leave(environment)
        self._claim.release()
        if failed and in_a_task:
            sys.exit(f"{failed} of {len(self.members)} jobs failed.")

    def checkpoint(self) -> DelayedSubmission | None:
        """Have the running jobs save; the task to start again, or None when there is no point in it."""
        signal.signal(JobEnvironment._usr_sig(), signal.SIG_IGN)
        if not self._begun:
            return DelayedSubmission(self)
        self._collect()
        standing = self._stop(signal.SIGUSR2, JobEnvironment()) or self._by_own_clock()
        stopped = list(self._running.values())
        for job in stopped:
            job.reap()
        self._running = {}
        if standing.time_is_up(self.grace + TIMEOUT_SLACK) and not self._may_go_on():
            for job in stopped:
                self._write(job, "timeout", None)
            # Those that were still waiting have not had their turn.
            self.timeouts = 0
        self._claim.release()
        return DelayedSubmission(self) if self._left() else None

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if not name.startswith("_")}

    def _leave(self, environment: JobEnvironment) -> NoReturn:
        """End because of SIGTERM. No results: whether this was a time-out or scancel is for Slurm to say."""
        standing = self._stop(signal.SIGTERM, environment)
        self._end(signal.SIGKILL)
        self._claim.release()
        if environment.cluster == "slurm" and self._left() and (standing is None or standing.preempted):
            # To Slurm, a preempted task that ends while there is still time has failed, and is not started again.
            if standing is not None:
                with suppress(OSError, subprocess.SubprocessError):
                    environment._requeue(self.max_timeouts - self.timeouts)
                    sys.exit("Has made room, and will be started again.")
            # One that has to be killed is.
            while True:
                time.sleep(1)
        sys.exit("Ended by SIGTERM.")

    def _stop(self, number: signal.Signals, environment: JobEnvironment) -> Standing | None:
        """Have the running jobs save; what Slurm says meanwhile about the reason, None where it says nothing."""
        deadline = time.monotonic() + max(self.grace - RESERVE, 1)
        self._signal(number)
        standing = ask_slurm(environment.job_id) if environment.cluster == "slurm" else None
        self._wait_for_end(deadline)
        return standing

    def _by_own_clock(self) -> Standing:
        return Standing(time.time() - psutil.Process().create_time(), self.minutes * 60)

    def _left(self) -> list[Member]:
        """The jobs without a result."""
        return [member for member in self.members if Result.read(self.folder, member.token) is None]

    def _may_go_on(self) -> bool:
        """Count a time-out; whether the task may be started once more."""
        resumable = any(member.checkpoint is not None for member in self.members)
        self.timeouts = 0 if resumable and self._progress() != self._progress_before else self.timeouts + 1
        return resumable and self.timeouts <= self.max_timeouts

    def _progress(self) -> tuple[object, ...]:
        """Differs from before when a job has ended or saved."""
        return tuple(
            (Result.read(self.folder, member.token) is not None, _changed(member.checkpoint)) for member in self.members
        )

    def _collect(self) -> int:
        """Write the results of the jobs that have ended; how many of them failed."""
        failed = 0
        for token, job in list(self._running.items()):
            status = job.status()
            if status is None or self._terminated or (status and time.monotonic() - job.ended < SETTLE):
                continue
            job.reap()
            kills = out_of_memory_kills()
            outcome = "done" if status == 0 else "out-of-memory" if kills > self._oom_kills else "failed"
            self._oom_kills = kills
            self._write(job, outcome, status)
            del self._running[token]
            failed += status != 0
        return failed

    def _write(self, job: Running, outcome: str, status: int | None) -> None:
        seconds = round(time.monotonic() - job.started, 3)
        Result(outcome, status, os.uname().nodename, seconds).write(self.folder, job.member.token)
        print(f"{job.member.label}: {outcome} (exit status {status}) after {seconds:.1f} s", flush=True)

    def _end(self, number: signal.Signals) -> None:
        """Send a signal to the running jobs and wait for their end, for some seconds."""
        self._signal(number)
        self._wait_for_end(time.monotonic() + 5)

    def _signal(self, number: signal.Signals) -> None:
        for job in self._running.values():
            job.signal(number)

    def _wait_for_end(self, deadline: float) -> None:
        """Wait until the running jobs have ended; successes get their result."""
        while time.monotonic() < deadline and (left := [job for job in self._running.values() if job.status() is None]):
            for job in left:
                if job.is_stuck():
                    print(f"{job.member.label}: its Snakemake does not end by itself, and is killed", flush=True)
                    job.signal(signal.SIGKILL)
            time.sleep(POLL_EVERY)
        for token, job in list(self._running.items()):
            if job.status() == 0:
                job.reap()
                self._write(job, "done", 0)
                del self._running[token]

    def _terminate(self, _number: int, _frame: object) -> None:
        self._terminated = True

    def _count_done(self) -> int:
        results = (Result.read(self.folder, member.token) for member in self.members)
        return sum(result is not None and result.outcome == "done" for result in results)

    def _tell_slurm(self, job_id: str) -> None:
        """Name the jobs in squeue: an array has one comment for all its tasks until each says its own."""
        text = ", ".join(member.label for member in self.members)
        command = ["scontrol", "update", f"JobId={job_id}", f"Comment={text[:250]}"]
        with suppress(OSError):
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _changed(path: Path | None) -> int | None:
    """When a file was last written, in nanoseconds."""
    try:
        return None if path is None else path.stat().st_mtime_ns
    except FileNotFoundError:
        return None
