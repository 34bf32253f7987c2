from __future__ import annotations

import math

import numpy as np
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.progress.estimate import (
    START_UP,
    Conditions,
    Costs,
    RemainingEvaluation,
    RemainingRun,
    RemainingTraining,
    estimate_work,
    scheduled,
    with_preemptions,
)

COSTS = Costs(measured={"known": 0.5}, timed={"timed": 0.1}, evaluations={"modes": 30.0})
MODES = RemainingEvaluation("modes", "modes-10k", pieces=10)


def training(work: str = "known", steps: float = 100, kept: int = 1000, checkpoint: int = 7) -> RemainingTraining:
    return RemainingTraining(work, steps, kept, checkpoint)


def test_what_is_left_of_an_experiment_by_hand() -> None:
    runs = [
        RemainingRun(training("known", steps=100), [MODES]),
        RemainingRun(training("timed", steps=200, checkpoint=9), [MODES]),
        RemainingRun(None, [MODES]),
        RemainingRun(None),
    ]
    found = estimate_work(runs, COSTS, Conditions(workers=1))
    assert (found.runs, found.to_train, found.measured, found.timed, found.unknown) == (4, 2, 1, 1, 0)
    assert (found.evaluations, found.uncounted, found.is_whole) == (3, {}, True)
    # 100 steps of half a second, 200 of a tenth, three evaluations of half a minute, five jobs.
    assert found.busy == pytest.approx(50 + 20 + 3 * 30 + 5 * START_UP)
    assert found.wall == pytest.approx(found.busy)
    # Two checkpoints of the largest run that is at work.
    assert found.disk == 2 * 1000 + 2 * 9
    assert estimate_work(runs, COSTS, Conditions(workers=5)).disk == 2 * 1000 + 2 * (7 + 9)


def test_what_has_no_known_cost_is_named_and_not_guessed() -> None:
    inception = RemainingEvaluation("fid", "fid-10k-inception", pieces=1)
    runs = [RemainingRun(training("untimed", steps=100), [inception]), RemainingRun(None, [inception, MODES])]
    found = estimate_work(runs, COSTS, Conditions())
    assert (found.to_train, found.unknown, found.evaluations) == (1, 1, 3)
    assert found.uncounted == {"fid-10k-inception": 2}
    assert not found.is_whole
    assert found.busy == found.wall == pytest.approx(30 + START_UP)
    # Its snapshots can be counted all the same.
    assert found.disk == 1000 + 2 * 7


@pytest.mark.parametrize(("work", "uncounted"), [("untimed", "modes"), ("known", "fid")])
def test_either_kind_of_gap_makes_it_a_lower_bound(work: str, uncounted: str) -> None:
    runs = [RemainingRun(training(work), [RemainingEvaluation(uncounted, "any", pieces=1)])]
    assert not estimate_work(runs, COSTS, Conditions()).is_whole


def test_nothing_left_costs_nothing() -> None:
    found = estimate_work([RemainingRun(None)], COSTS, Conditions(workers=3))
    assert (found.runs, found.to_train, found.busy, found.disk, found.wall) == (1, 0, 0, 0, 0)


def test_preemptions_reach_every_job() -> None:
    rate = 24 / 86_400
    conditions = Conditions(preemptions=24.0, checkpoint_every=20.0)
    # 50 s of training lose pieces of 20 s at most.
    found = estimate_work([RemainingRun(training("known", steps=100))], COSTS, conditions)
    assert found.busy == pytest.approx(START_UP + with_preemptions(50, 20, rate))
    # Snapshots of 3 s are not kept, so that the whole evaluation is lost; those of 15 s are.
    found = estimate_work([RemainingRun(None, [MODES])], COSTS, conditions)
    assert found.busy == pytest.approx(START_UP + with_preemptions(30, 30, rate))
    found = estimate_work(
        [RemainingRun(None, [RemainingEvaluation("modes", "modes-10k", pieces=2)])], COSTS, conditions
    )
    assert found.busy == pytest.approx(START_UP + with_preemptions(30, 15, rate))


def test_rare_preemptions_cost_half_a_piece_and_a_restart_each() -> None:
    rate = 1e-6
    lost = with_preemptions(3600, 60, rate, restart=5) / 3600 - 1
    assert lost == pytest.approx(rate * (60 / 2 + 5), rel=1e-4)
    assert with_preemptions(3600, 60, 0.0) == 3600
    assert with_preemptions(0.0, 60, rate) == 0
    # A job that is shorter than a piece loses half of itself.
    assert with_preemptions(10, 60, rate, restart=0) == pytest.approx(10 * (1 + rate * 5), rel=1e-9)


def test_frequent_preemptions_against_a_simulation() -> None:
    work, piece, restart, rate = 300.0, 60.0, 5.0, 1 / 50
    rng = np.random.default_rng(0)

    def simulated() -> float:
        clock, done, stop, restarting = 0.0, 0.0, rng.exponential(1 / rate), 0.0
        while done < work:
            end = clock + restarting + piece
            if end <= stop:
                clock, done, restarting = end, done + piece, 0.0
            else:
                clock, stop, restarting = stop, stop + rng.exponential(1 / rate), restart
        return clock

    times = [simulated() for _ in range(20_000)]
    error = float(np.std(times)) / math.sqrt(len(times))
    # Restarts are stopped as well; leaving that out, or half of a piece, would be off by ten errors and more.
    assert with_preemptions(work, piece, rate, restart) == pytest.approx(float(np.mean(times)), abs=3 * error)


@pytest.mark.parametrize(("piece", "restart"), [(60.0, 2.0), (1.0, 61.0), (1e9, 1.0)])
def test_a_rate_at_which_nothing_would_end_is_refused(piece: float, restart: float) -> None:
    with pytest.raises(GanpipeError, match=r"^--preemptions 8640: one every 10 s, where .* next to nothing would end$"):
        with_preemptions(1e6, piece, 0.1, restart)


def test_jobs_start_as_they_become_ready() -> None:
    assert scheduled([], workers=2) == 0
    assert scheduled([(3.0, ()), (2.0, ()), (2.0, ())], workers=2) == 4
    # Longest last leaves a worker idle; that is what an order that knows nothing does.
    assert scheduled([(1.0, ()), (1.0, ()), (6.0, ())], workers=2) == 7
    # An evaluation waits for its training, and for the trainings that were ready before it.
    assert scheduled([(1.0, (5.0,)), (2.0, ()), (2.0, ())], workers=1) == 10
    assert scheduled([(4.0, (1.0, 1.0))], workers=8) == 5
    # What is trained already is evaluated at once.
    assert scheduled([(0.0, (2.0, 3.0))], workers=2) == 3


def test_a_schedule_keeps_the_bounds_of_any_that_leaves_no_worker_idle() -> None:
    rng = np.random.default_rng(1)
    for workers in (1, 2, 5):
        chains = [(float(rng.exponential()), tuple(rng.exponential(size=2))) for _ in range(12)]
        total = sum(training + sum(evaluations) for training, evaluations in chains)
        longest = max(training + max(evaluations) for training, evaluations in chains)
        assert max(total / workers, longest) <= scheduled(chains, workers) + 1e-9
        assert scheduled(chains, workers) <= total / workers + (1 - 1 / workers) * longest + 1e-9
