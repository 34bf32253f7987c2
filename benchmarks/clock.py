"""The clock of the benchmarks: seconds of the processor, which other processes on the machine disturb least."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import TypeVar

T = TypeVar("T")
Work = Callable[[], object]


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the processor, and what came out."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def children_seconds() -> float:
    """Processor seconds of all children so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def interleaved(works: Mapping[str, Work], rounds: int, block: float = 0.0) -> dict[str, list[float]]:
    """Seconds of each piece of work, by name: one after the other in every round, so that disturbances meet all alike.

    A piece is done once before it is measured.

    Args:
        block: in every round a piece is repeated for about so many seconds.

    Returns:
        Seconds of one repetition, for each name ``rounds`` of them.
    """
    repetitions = {}
    for name, work in works.items():
        timed(work)
        repetitions[name] = max(1, round(block / max(timed(work)[0], 1e-6))) if block else 1
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            spent, _ = timed(lambda work=work, count=repetitions[name]: [work() for _ in range(count)] and None)
            seconds[name].append(spent / repetitions[name])
    return seconds


def ratio(over: list[float], under: list[float]) -> float:
    """The median, over rounds, of how often ``under`` goes into ``over``."""
    return median(one / other for one, other in zip(over, under, strict=True))
