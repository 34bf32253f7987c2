"""What work that is left will take: arithmetic on what its parts are known to cost."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.protocols.protocol import WORTH_KEEPING

START_UP = 2.3
"""Seconds from the start of a job to its first step: docs/performance.md, table ``start``. Packed jobs save none."""
KEPT_CHECKPOINTS = 2
"""The current one and the one before."""
MOST_REPEATED = 100.0
"""How often, at most, work may be expected to be done until it stands."""


@dataclass(frozen=True)
class RemainingTraining:
    """A run that is to be trained.

    Attributes:
        work: what its steps share with those of other runs that take as long.
        steps: how many are left.
        kept: bytes of its snapshots.
        checkpoint: bytes of one state from which it goes on.
    """

    work: str
    steps: float
    kept: int
    checkpoint: int


@dataclass(frozen=True)
class RemainingEvaluation:
    """An evaluation that is to be made.

    Attributes:
        work: what it shares with others that take as long.
        protocol: its protocol's name.
        pieces: snapshots that it measures one by one.
    """

    work: str
    protocol: str
    pieces: int


@dataclass(frozen=True)
class RemainingRun:
    """What is left of a run; ``training`` is None where it is trained."""

    training: RemainingTraining | None
    evaluations: Sequence[RemainingEvaluation] = ()


@dataclass(frozen=True)
class Costs:
    """What is known, in seconds, by work.

    Attributes:
        measured: of a step, as finished runs took it.
        timed: of a step, as it was timed for this estimate.
        evaluations: of a whole evaluation, as finished ones took it.
    """

    measured: Mapping[str, float]
    timed: Mapping[str, float]
    evaluations: Mapping[str, float]


@dataclass(frozen=True)
class Conditions:
    """Under which the work is done.

    Attributes:
        workers: jobs that run at the same time.
        preemptions: of each worker, a day.
        checkpoint_every: seconds between two states from which a run goes on.
    """

    workers: int = 1
    preemptions: float = 0.0
    checkpoint_every: float = 60.0

    @property
    def rate(self) -> float:
        """Preemptions of a worker, a second."""
        return self.preemptions / 86_400


@dataclass
class WorkEstimate:
    """What will be done, and what it comes to as far as costs are known.

    Attributes:
        runs: all of them, trained or not.
        measured, timed, unknown: those that are to be trained, by where the seconds of their steps come from.
        evaluations: those that are to be made.
        uncounted: evaluations that have no known cost, by protocol.
        busy: seconds of workers, start-up and what preemptions cost included.
        disk: bytes of snapshots that will be kept, and at the peak of checkpoints.
        wall: seconds by the clock.
    """

    runs: int = 0
    measured: int = 0
    timed: int = 0
    unknown: int = 0
    evaluations: int = 0
    uncounted: Counter[str] = field(default_factory=Counter)
    busy: float = 0.0
    disk: int = 0
    wall: float = 0.0

    @property
    def to_train(self) -> int:
        """Runs that are not trained yet."""
        return self.measured + self.timed + self.unknown

    @property
    def is_whole(self) -> bool:
        """Whether the cost of everything is known; else ``busy`` and ``wall`` are at least so much."""
        return not self.unknown and not self.uncounted


def estimate_work(runs: Iterable[RemainingRun], costs: Costs, conditions: Conditions) -> WorkEstimate:
    """Add up what is left of runs, all made together by the same workers.

    Raises:
        GanpipeError: with so many preemptions the work would not come to an end.
    """
    found = WorkEstimate()
    chains: list[tuple[float, list[float]]] = []
    checkpoints: list[int] = []
    for run in runs:
        found.runs += 1
        training = 0.0
        if run.training is not None:
            training = _training_seconds(run.training, costs, conditions, found)
            found.disk += run.training.kept
            checkpoints.append(run.training.checkpoint)
        chains.append((training, _evaluation_seconds(run.evaluations, costs, conditions, found)))
    found.disk += KEPT_CHECKPOINTS * sum(heapq.nlargest(conditions.workers, checkpoints))
    found.busy = sum(training + sum(evaluations) for training, evaluations in chains)
    found.wall = scheduled(chains, conditions.workers)
    return found


def _training_seconds(training: RemainingTraining, costs: Costs, conditions: Conditions, found: WorkEstimate) -> float:
    if training.work in costs.measured:
        found.measured += 1
        step = costs.measured[training.work]
    elif training.work in costs.timed:
        found.timed += 1
        step = costs.timed[training.work]
    else:
        found.unknown += 1
        return 0.0
    return START_UP + with_preemptions(step * training.steps, conditions.checkpoint_every, conditions.rate)


def _evaluation_seconds(
    evaluations: Iterable[RemainingEvaluation], costs: Costs, conditions: Conditions, found: WorkEstimate
) -> list[float]:
    seconds = []
    for evaluation in evaluations:
        found.evaluations += 1
        if evaluation.work not in costs.evaluations:
            found.uncounted[evaluation.protocol] += 1
            continue
        whole = costs.evaluations[evaluation.work]
        # Only the rows of a snapshot that took long are kept for the next attempt.
        piece = whole / evaluation.pieces
        kept = piece if piece > WORTH_KEEPING else whole
        seconds.append(START_UP + with_preemptions(whole, kept, conditions.rate))
    return seconds


def with_preemptions(work: float, piece: float, rate: float, restart: float = START_UP) -> float:
    """The expected time of work that is saved piece by piece, and stopped without warning at random moments.

    Stops are a Poisson process of rate r. Its expected time until c seconds without a stop is F(c) = (e^(r c) - 1) / r,
    from F(c) = (1 - e^(-r c)) (1 / r + F(c)) by the first stop. A piece of c seconds that is stopped needs R + c in
    every further attempt, so its time is, by the first stop again,

        (1 - e^(-r c)) (1 / r + F(R + c))  =  e^(r R) (e^(r c) - 1) / r  =  c (1 + r (c / 2 + R) + O(r^2)):

    each stop costs half a piece and a restart. That first order, read as c / (1 - r (c / 2 + R)), would call endless
    what only takes long. It is the formula of Daly, 2006, Future Generation Computer Systems 22, without the time that
    saving takes. A job that is told of its end and saves loses less.

    Args:
        work: seconds without a stop.
        piece: seconds between two savings.
        rate: stops a second.
        restart: seconds until a stopped job works again, on top of what was lost; waiting in a queue is not in it.

    Raises:
        GanpipeError: the work would be done a hundred times over until it stands.
    """
    piece = min(piece, work)
    if rate == 0 or piece == 0:
        return work
    if rate * (piece + restart) < math.log(MOST_REPEATED):
        times = math.exp(rate * restart) * math.expm1(rate * piece) / (rate * piece)
        if times < MOST_REPEATED:
            return work * times
    raise GanpipeError(
        f"--preemptions {86_400 * rate:g}: one every {1 / rate:.0f} s, where {piece:.0f} s are lost unless they pass "
        "undisturbed; next to nothing would end"
    )


def scheduled(chains: Iterable[tuple[float, Sequence[float]]], workers: int) -> float:
    """When the last job ends, jobs being started in the order in which they become ready whenever a worker is free.

    Snakemake leaves no worker idle either, but chooses among ready jobs by the size of their input and then by chance.
    Any such order ends within the sum of all jobs over ``workers`` and the longest chain (Graham, 1966).

    Args:
        chains: seconds of a run's training, and of its evaluations, which wait for it.
    """
    number = count()
    ready = [(0.0, next(number), training, evaluations) for training, evaluations in chains]
    free = [0.0] * workers
    heapq.heapify(ready)
    while ready:
        since, _, seconds, followers = heapq.heappop(ready)
        end = since
        if seconds:
            end = max(heapq.heappop(free), since) + seconds
            heapq.heappush(free, end)
        for follower in followers:
            heapq.heappush(ready, (end, next(number), follower, ()))
    return max(free)
