"""Which jobs share a task, and which tasks leave as one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from snakemake_executor_plugin_submitit.parameters import Request

J = TypeVar("J")


@dataclass(frozen=True)
class Wish:
    """How a job wants to run: its request, and how many may share a task (``pack``) and run there at once."""

    request: Request
    pack: int = 1
    beside: int = 1


@dataclass(frozen=True)
class Array(Generic[J]):
    """Tasks of equal requests that leave with one call of sbatch; each task is a list of jobs."""

    request: Request
    beside: int
    tasks: tuple[tuple[J, ...], ...]


def arrays(jobs: Iterable[tuple[J, Wish]], limit: int) -> list[Array[J]]:
    """Pack jobs into tasks and tasks into arrays, in the order in which they come.

    A pack that does not fill up leaves as it is: waiting for more jobs could mean waiting for ever.

    Args:
        jobs: the jobs that are ready, each with its wish.
        limit: tasks in one array at most, at least 1.
    """
    alike: dict[Wish, list[J]] = {}
    for job, wish in jobs:
        alike.setdefault(wish, []).append(job)
    # The last pack may be shorter than the others and ask for less; it then has another request.
    tasks: dict[tuple[Request, int], list[tuple[J, ...]]] = {}
    for wish, members in alike.items():
        for pack in chunks(members, wish.pack):
            request = wish.request.for_pack(len(pack), wish.beside)
            tasks.setdefault((request, wish.beside), []).append(tuple(pack))
    return [
        Array(request, beside, tuple(chunk))
        for (request, beside), packs in tasks.items()
        for chunk in chunks(packs, limit)
    ]


T = TypeVar("T")


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Pieces of ``size`` items, the last one with what is left."""
    return [items[start : start + size] for start in range(0, len(items), size)]
