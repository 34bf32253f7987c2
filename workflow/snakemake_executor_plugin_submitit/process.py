"""A job's process on its node, and all that it starts."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

INHERITED = ("SNAKEMAKE_PROFILE",)
"""Variables that must not reach a job's own Snakemake: it has its options on the command line."""
TASK = "SNAKEMAKE_SUBMITIT_TASK"
"""Variable that says to a program: whoever shares this task's GPUs was meant to."""
KEEPER = """
others() {
    for file in /proc/[0-9]*/stat; do
        read -r line < $file || continue
        set -- "${line%% *}" ${line##*) }
        test $4 != $$ || test $1 = $$ || test $2 = Z || return 0
    done 2>/dev/null
    return 1
}
trap '' USR2
trap told=1 TERM
trap 'kill -KILL 0' HUP
/bin/sh -c "$1" &
while wait $!; status=$?; kill -0 $! 2>/dev/null; do :; done
while test "$told" -o $status = 143 && others; do sleep 0.1; done
exit $status
"""
"""Leads the job's process group.

SIGUSR2 and SIGTERM are for the program in the rule, which saves: the job's own Snakemake and its shells must outlive
the first. Shells die of the second while the program is still saving, so this one waits until nobody else is left in
its group; Slurm may have told them before it. SIGHUP comes when the task's process is gone (``prctl``): then nothing
may be left, also where the cluster tracks processes by parentage and would lose sight of them. For such clusters it is
also the parent of whoever has lost their own, so that what hangs after SIGTERM is still in reach of Slurm's SIGKILL.
"""
NAP = ["sleep", "0.1"]
"""What the keeper itself starts while it waits."""
STUCK_AFTER = 8.0
"""Seconds without any work after which a Snakemake that has no program left to wait for counts as stuck.

Its handler of SIGTERM asks for a lock that the code it has interrupted may hold; then it never ends.
"""
LOOK_EVERY = 1.0
"""Seconds between two looks at all processes of the node."""
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Member:
    """One Snakemake job in a task.

    Attributes:
        token: names its result.
        label: rule and wildcards, for people.
        command: for the shell.
        log: where its output goes.
        checkpoint: a file that changes whenever the job has saved its state; None where it cannot be resumed.
    """

    token: str
    label: str
    command: str
    log: Path
    checkpoint: Path | None = None


class Running:
    """A job's process and all that it starts."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.started = time.monotonic()
        self.ended = 0.0
        self._status: int | None = None
        self._work: float | None = None
        self._work_since = self._looked = 0.0
        member.log.parent.mkdir(parents=True, exist_ok=True)
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None

        def become_keeper() -> None:
            if libc is not None:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGHUP)
                libc.prctl(PR_SET_CHILD_SUBREAPER, 1)

        with member.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, "sh", member.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=become_keeper,
                env={name: value for name, value in os.environ.items() if name not in INHERITED} | {TASK: "1"},
            )

    def status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs.

        Asked from the signal handler as well, which may have interrupted the very same question: ``Popen.poll`` and
        ``Popen.wait`` would find their own lock taken. Nothing is reaped here, so the second to ask hears the same.
        """
        if self._status is None:
            ended = os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is not None:
                self.ended = time.monotonic()
                self._status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        return self._status

    def is_stuck(self) -> bool:
        """Whether the job, which was told to end, has done nothing for some time and has no program left that could.

        Known only to one who keeps asking.
        """
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return False
        self._looked = now
        work = self._work_of_snakemake()
        if work is None or work != self._work:
            self._work, self._work_since = work, now
        return work is not None and now - self._work_since > STUCK_AFTER

    def _work_of_snakemake(self) -> float | None:
        """CPU seconds of the job's own Snakemake; None while it has a program below it, and when it is gone."""
        with suppress(psutil.Error):
            below = psutil.Process(self.process.pid).children(recursive=True)
            alive = [process for process in below if process.status() != psutil.STATUS_ZOMBIE]
            parents = {process.ppid() for process in alive}
            leaves = [(process.cmdline(), process) for process in alive if process.pid not in parents]
            working = [(command, process) for command, process in leaves if command != NAP]
            if len(working) == 1 and working[0][0][1:3] == ["-m", "snakemake"]:
                return float(sum(working[0][1].cpu_times()[:2]))
        return None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the job."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def reap(self) -> None:
        """Kill what has been left behind."""
        self.signal(signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.process.pid, 0)
        self.process.returncode = -signal.SIGKILL if self._status is None else self._status
