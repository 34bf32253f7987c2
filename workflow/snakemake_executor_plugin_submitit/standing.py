"""Why a task is told to stop: its time is up, it has to make room for another, or somebody wants it gone.

Slurm knows. The task's own clock starts late, after the node's prolog and a Python that came through a slow file
server, and does not know when a person has changed the limit.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

COMMAND_TIMEOUT = 10.0
"""Seconds after which a question is given up: jobs are being stopped meanwhile, and there is more to do afterwards."""


STANDS = ("RUNNING", "SIGNALING")
"""States of a task that Slurm has not ended; the second as long as a signal is still on its way to some node."""


@dataclass(frozen=True)
class Standing:
    """How a task stands.

    Attributes:
        elapsed: seconds since Slurm started it.
        limit: seconds that it may run; infinite where there is no limit.
        preempted: Slurm has told it to make room and gives it time for that. Slurm starts it again after that time,
            but not if it ends before.
    """

    elapsed: float
    limit: float
    preempted: bool = False

    def time_is_up(self, notice: float) -> bool:
        """Whether the reason is the time limit, of which one is told not more than ``notice`` seconds before."""
        return not self.preempted and self.elapsed >= self.limit - notice


def ask_slurm(job_id: str) -> Standing | None:
    """How a running task stands; None when Slurm does not answer."""
    try:
        done = subprocess.run(
            ["scontrol", "show", "job", job_id], capture_output=True, text=True, timeout=COMMAND_TIMEOUT
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = dict(re.findall(r"(\w+)=(\S+)", done.stdout))
    elapsed, limit = seconds(said.get("RunTime", "")), seconds(said.get("TimeLimit", ""))
    if elapsed is None:
        return None
    # One that Slurm ends at once is not running any more, and is started again without being asked.
    preempted = said.get("PreemptTime", "None") != "None" and said.get("JobState") in STANDS
    return Standing(elapsed, float("inf") if limit is None else limit, preempted)


def seconds(text: str) -> float | None:
    """``[days-]hours:minutes:seconds``; None for anything else, such as UNLIMITED."""
    found = re.fullmatch(r"(?:(\d+)-)?(\d+):(\d+):(\d+)", text)
    if found is None:
        return None
    days, hours, minutes, rest = (int(number or 0) for number in found.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + rest)
