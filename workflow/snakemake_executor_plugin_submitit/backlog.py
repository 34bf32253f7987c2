"""Arrays for which the cluster's queue has no room; they leave when other tasks have ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from snakemake_interface_executor_plugins.logging import LoggerExecutorInterface

from snakemake_executor_plugin_submitit.packing import Array
from snakemake_executor_plugin_submitit.refusals import NoRoomError, SubmissionError

J = TypeVar("J")

LEAVES_WITHIN = 120.0
"""Seconds that a task may stay in the queue when its jobs have ended: it has to end, too, and its node to tidy up."""


class Backlog(Generic[J]):
    """Submits arrays, as much of them as there is room for, and keeps the rest.

    Args:
        send: submits an array as it is.
        refuse: hears of arrays that cannot be submitted, now or later, and why.
        live: how many tasks of ours are there, which make room when they end.
        logger: hears once of each limit.
    """

    def __init__(
        self,
        send: Callable[[Array[J]], None],
        refuse: Callable[[Array[J], SubmissionError], None],
        live: Callable[[], int],
        logger: LoggerExecutorInterface,
    ) -> None:
        self._send, self._refuse, self._live, self._logger = send, refuse, live, logger
        self._waiting: list[Array[J]] = []
        self._told: set[str] = set()
        self._closed = False
        self._moved_at = float("-inf")
        # Jobs become ready in one thread, and are seen to end in another.
        self._lock = threading.RLock()

    def submit(self, array: Array[J], size: int | None = None) -> None:
        """Submit an array, ``size`` tasks of it at first or all; behind those of its kind that wait already."""
        with self._lock:
            if any(waiting.request.flags == array.request.flags for waiting in self._waiting):
                self._waiting.append(array)
            else:
                self._offer(array, size or len(array.tasks))

    def go_on(self, ended: int) -> None:
        """Submit what waits, now that so many tasks have ended since the last time."""
        if ended:
            self._moved_at = time.monotonic()
        if not self._waiting or (self._live() and not ended):
            return
        with self._lock:
            waiting, self._waiting = self._waiting, []
            for array in waiting:
                self.submit(array, ended)

    def close(self, patience: float = 10.0) -> None:
        """Submit nothing more, and let what is being submitted this moment come to its end, for some seconds."""
        self._closed = True
        self._waiting = []
        if self._lock.acquire(timeout=patience):
            self._lock.release()

    def _offer(self, array: Array[J], size: int) -> None:
        """Submit so many tasks, half as many as often as there is no room for them, and more as long as there is."""
        full: NoRoomError | None = None
        taken = False
        while array.tasks and size and not self._closed:
            try:
                self._send(replace(array, tasks=array.tasks[:size]))
            except NoRoomError as refusal:
                full, size = refusal, 0 if taken else min(size, len(array.tasks)) // 2
            except SubmissionError as refusal:
                self._refuse(array, refusal)
                return
            else:
                array, taken = replace(array, tasks=array.tasks[size:]), True
                size = 0 if full else 2 * size
        if not array.tasks or self._closed:
            return
        if full and not taken and not self._live() and time.monotonic() - self._moved_at > LEAVES_WITHIN:
            self._refuse(array, full)
        else:
            self._waiting.append(array)
            self._tell(full, len(array.tasks))

    def _tell(self, full: NoRoomError | None, tasks: int) -> None:
        if full and full.limit not in self._told:
            self._told.add(full.limit)
            self._logger.info(
                f"{full.limit}: the cluster's queue takes no more tasks. {tasks} wait here until others have ended."
            )
