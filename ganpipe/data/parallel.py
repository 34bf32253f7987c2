"""Decoding and resizing on several threads, with results in order and only a few of them waiting."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tqdm import tqdm

log = logging.getLogger(__name__)

PIECE = 64
"""Images that a thread takes at once."""

_MOST_WORKERS = 8  # bounds the memory on large machines
_LINE_EVERY = 10.0  # seconds

Given = TypeVar("Given")
Made = TypeVar("Made")


def workers() -> int:
    """How many threads decode: one for each processor that this process may use, up to eight."""
    return min(_MOST_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def in_order(work: Callable[[Given], Made], items: Iterable[Given], threads: int | None = None) -> Iterator[Made]:
    """``work`` of every item, in the order of the items; threads help, because decoders release Python's lock.

    Items are taken, and results held, at most two for each thread ahead of what has been consumed.
    """
    threads = threads or workers()
    waiting: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


class Counted:
    """How many images are done, on a terminal as a bar and in a log as a line every few seconds."""

    def __init__(self, what: str, total: int | None = None) -> None:
        self._what, self.done = what, 0
        self._started = self._told = time.monotonic()
        self._bar = tqdm(total=total, desc=what, unit="image", disable=None, dynamic_ncols=True)

    def add(self, count: int) -> None:
        """``count`` more are done."""
        self.done += count
        self._bar.update(count)
        now = time.monotonic()
        if self._bar.disable and now - self._told > _LINE_EVERY:
            self._told = now
            of = "" if self._bar.total is None else f" of {self._bar.total:,}"
            log.info("%s: %s%s images, %.0f/s", self._what, f"{self.done:,}", of, self.done / (now - self._started))

    def __enter__(self) -> Counted:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
