"""Tasks on this machine: submitit's local cluster starts a controller for each, which starts the task."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from snakemake_executor_plugin_submitit.endings import Ending


class Local:
    """Watches and ends tasks whose ids are the process numbers of their controllers.

    Args:
        folder: of submitit's files, which every process of the session names in its environment or command.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ended(self, tasks: Iterable[str]) -> dict[str, Ending]:
        """Those of the tasks whose controller has gone; what they left running is ended."""
        gone = set(tasks) - self.alive(set(tasks))
        if gone:
            end(owned(self.folder, gone))
        return {task: Ending("FAILED", "its process has gone") for task in gone}

    def alive(self, tasks: set[str]) -> set[str]:
        """Those of the tasks that run."""
        return {task for task in tasks if self._is_controller(int(task))}

    def cancel(self, tasks: Iterable[str]) -> bool:
        """End tasks with everything that they have started, and wait for it."""
        cancelled = set(tasks)
        controllers = [psutil.Process(int(task)) for task in cancelled if self._is_controller(int(task))]
        # First those who would start something again.
        end(controllers)
        for _ in range(3):
            if left := owned(self.folder, cancelled):
                end(left)
        return True

    def max_array_size(self) -> int:
        """There is no limit."""
        return 1000

    def _is_controller(self, pid: int) -> bool:
        """Whether a process number still is that of a controller of this workflow's sessions."""
        try:
            process = psutil.Process(pid)
            command = process.cmdline()
            sessions = str(self.folder.parent.parent)
            ours = "submitit.local._local" in command and any(part.startswith(sessions) for part in command)
            return ours and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


class Debug:
    """Tasks that run in this process while they are asked whether they are done; none is left to watch or to end."""

    def ended(self, tasks: Iterable[str]) -> dict[str, Ending]:
        """All of them, once they have been run."""
        return {task: Ending("FAILED") for task in tasks}

    def alive(self, tasks: set[str]) -> set[str]:
        """None of an earlier process."""
        del tasks
        return set()

    def cancel(self, tasks: Iterable[str]) -> bool:
        """Nothing runs."""
        del tasks
        return True

    def max_array_size(self) -> int:
        """There is no limit."""
        return 1000


def owned(folder: Path, tasks: set[str]) -> list[psutil.Process]:
    """Processes that belong to tasks, wherever they have moved to in the tree: their environment says so."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            if process.pid == os.getpid() or environment.get("SUBMITIT_LOCAL_JOB_ID") not in tasks:
                continue
            # A task learns its folder from its command, and tells it to those that it starts.
            if str(folder) in (environment.get("SUBMITIT_FOLDER"), *process.cmdline()):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end(processes: list[psutil.Process], patience: float = 3.0) -> None:
    """Ask processes to end, then make them."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, left = psutil.wait_procs(processes, timeout=patience)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=patience)
