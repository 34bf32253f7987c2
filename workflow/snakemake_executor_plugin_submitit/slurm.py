"""Questions to Slurm, and few: one ``sacct`` for all tasks; ``squeue`` when one seems over, or accounting is off."""

from __future__ import annotations

import logging
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from snakemake_executor_plugin_submitit.endings import Ending
from snakemake_executor_plugin_submitit.waiting import Waiting

log = logging.getLogger(__name__)

ALIVE = frozenset(
    [
        "PENDING",
        "RUNNING",
        "COMPLETING",
        "CONFIGURING",
        "REQUEUED",
        "REQUEUE_FED",
        "REQUEUE_HOLD",
        "RESIZING",
        "RESV_DEL_HOLD",
        "SIGNALING",
        "SPECIAL_EXIT",
        "STAGE_OUT",
        "STOPPED",
        "SUSPENDED",
    ]
)
"""States of a task that has not come to its end."""
COMMAND_TIMEOUT = 60.0
"""Seconds after which a command of Slurm is given up."""
LOOKS_UNTIL_LOST = 3
"""Looks in a row that have to miss a task before it counts as lost: accounting lags behind."""
RANGE = re.compile(r"(\d+)(?:-(\d+)(?::(\d+))?)?")
"""A piece of an array's list of tasks: one of them, all from here to there, or every so many."""
OUT_OF_MEMORY = re.compile(r"exceeded (job )?memory limit|oom[-_ ]kill|out of memory", re.IGNORECASE)


class Slurm:
    """Watches tasks.

    Args:
        interval: seconds between two looks, whatever the number of tasks.
        logs: where submitit keeps the tasks' own logs.
    """

    def __init__(self, interval: float, logs: Path) -> None:
        self.interval, self.logs = interval, logs
        self._looked_at = float("-inf")
        self._missed: Counter[str] = Counter()
        self._accounting = True
        self._waiting = Waiting()

    def ended(self, tasks: Iterable[str]) -> dict[str, Ending]:
        """Those of the tasks that Slurm says are over. Empty between two looks, and when Slurm cannot be asked."""
        asked = set(tasks)
        if not asked or time.monotonic() - self._looked_at < self.interval:
            return {}
        self._looked_at = time.monotonic()
        told = self._sacct(asked)
        if told is not None and all(task in told and told[task].state in ALIVE for task in asked):
            self._missed.clear()
            if self._waiting.is_due(told[task] for task in asked) and (queued := self._squeue()):
                self._waiting.tell({task: queued[task] for task in sorted(asked) if task in queued})
            return {}
        # Accounting forgets for a moment what it is told twice: a requeued task looks as if it had ended.
        queued = self._squeue()
        if queued is None:
            return {}
        if self._waiting.is_due(queued.values()):
            self._waiting.tell({task: queued[task] for task in sorted(asked) if task in queued})
        ended = {}
        for task in asked:
            states = [states[task] for states in (told or {}, queued) if task in states]
            if task in queued and queued[task].state in ALIVE:
                del self._missed[task]
            elif over := next((state for state in states if state.state not in ALIVE), None):
                ended[task] = self._with_cause(task, over)
            else:
                self._missed[task] += 1
                if self._missed[task] >= LOOKS_UNTIL_LOST:
                    ended[task] = Ending("VANISHED")
        return ended

    def alive(self, tasks: set[str]) -> set[str] | None:
        """Those of the tasks that wait or run now; None when there is no answer. Used once, at a new start."""
        queued = self._squeue()
        return None if queued is None else {task for task in tasks if task in queued and queued[task].state in ALIVE}

    def cancel(self, tasks: Iterable[str]) -> bool:
        """Cancel tasks, some hundreds with one call; whether Slurm took all of it."""
        waiting = sorted(tasks)
        calls = [waiting[start : start + 500] for start in range(0, len(waiting), 500)]
        taken = [self._run("scancel", "--quiet", *some) is not None for some in calls]
        return all(taken)

    def max_array_size(self) -> int:
        """How many tasks an array can have; a careful guess where Slurm does not say."""
        found = re.search(r"^MaxArraySize\s*=\s*(\d+)", self._run("scontrol", "show", "config") or "", re.MULTILINE)
        return max(int(found[1]), 1) if found else 1000

    def _sacct(self, tasks: set[str]) -> dict[str, Ending] | None:
        """States by accounting; None where it is off."""
        arrays = sorted({task.partition("_")[0] for task in tasks})
        said = self._run("sacct", "-X", "-n", "-P", "-o", "JobID,State,ExitCode,NodeList", "-j", ",".join(arrays))
        if said is None:
            if self._accounting:
                log.warning("sacct does not answer; asking squeue instead, which knows less about how tasks end.")
            self._accounting = False
            return None
        self._accounting = True
        return parse(said, expand=True)

    def _squeue(self) -> dict[str, Ending] | None:
        """States of the user's tasks that wait, run, or ended a few minutes ago; None when there is no answer."""
        # Not by id: one that has gone would make the call fail for all.
        said = self._run("squeue", "-h", "-r", "-t", "all", "-u", str(os.getuid()), "-o", "%i|%T|%r|%N")
        return None if said is None else parse(said, expand=False)

    def _with_cause(self, task: str, ending: Ending) -> Ending:
        """Tell an OOM kill from a failure where Slurm's state does not."""
        if ending.state not in ("FAILED", "CANCELLED"):
            return ending
        try:
            said = (self.logs / f"{task}_0_log.err").read_text(encoding="utf-8", errors="replace")[-20000:]
        except OSError:
            said = ""
        if OUT_OF_MEMORY.search(said):
            return Ending("OUT_OF_MEMORY", ending.detail)
        if ending.state == "FAILED" and re.match(r"(0:9|9:0|137:0)\b", ending.detail):
            return Ending("KILLED", ending.detail)
        return ending

    def _run(self, *command: str) -> str | None:
        """What a command says; None when it fails or does not end."""
        try:
            # Or else Slurm cuts long lists of an array's tasks off after 64 characters.
            environment = {**os.environ, "SLURM_BITSTR_LEN": "0"}
            done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_TIMEOUT, env=environment)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode or "accounting storage is disabled" in done.stderr:
            return None
        return done.stdout


def parse(said: str, *, expand: bool) -> dict[str, Ending]:
    """Lines of ``id|state|detail|...``; with ``expand`` ids such as ``7_[3-5,9%2]`` stand for each of their tasks."""
    found = {}
    for line in said.splitlines():
        task, _, rest = line.partition("|")
        state, *details = rest.split("|")
        word, _, by = state.partition(" ")
        details = [by.strip(), *details] if by else details
        ending = Ending(word.rstrip("+"), ", ".join(text for text in details if text and text != "None"))
        for each in expanded(task.strip()) if expand else [task.strip()]:
            found[each] = ending
    return found


def expanded(task: str) -> list[str]:
    """``7_[3-5,9%2]`` as 7_3, 7_4, 7_5, 7_9, ``7_[0-8:4]`` as 7_0, 7_4, 7_8; other ids as they are.

    Pieces of another form, such as the dots where Slurm has cut a list off, stand for no task.
    """
    array, bracket, rest = task.partition("_[")
    if not bracket:
        return [task]
    pieces = (RANGE.fullmatch(text) for text in rest.rstrip("]").partition("%")[0].split(","))
    return [
        f"{array}_{index}"
        for piece in pieces
        if piece
        for index in range(int(piece[1]), int(piece[2] or piece[1]) + 1, int(piece[3] or 1))
    ]
