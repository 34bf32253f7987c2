from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import pytest

from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training import pace
from ganpipe.training.pace import seconds_a_step
from ganpipe.training.trainer import Trainer
from tests.training.conftest import CPU

Make = Callable[..., RunSpec]


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[float]]:
    """steps(seconds) makes each step take as long on the processor's clock as it says; returns those that were made."""

    def arrange(*seconds: float) -> list[float]:
        made: list[float] = []
        durations = _then_the_last(seconds)

        def advance(self: Trainer) -> None:
            made.append(next(durations))

        monkeypatch.setattr(Trainer, "advance", advance)
        monkeypatch.setattr(time, "process_time", lambda: sum(made))
        return made

    return arrange


def _then_the_last(seconds: tuple[float, ...]) -> Iterator[float]:
    yield from seconds
    while True:
        yield seconds[-1]


def test_slow_steps_are_made_three_times(make: Make, steps) -> None:
    made = steps(90.0, 10.0, 12.0)
    assert seconds_a_step(make(), CPU) == 11.0
    assert len(made) == 3


def test_quick_steps_are_made_until_they_took_long_enough(make: Make, steps) -> None:
    made = steps(1.0, 0.004, 0.002)
    assert seconds_a_step(make(), CPU) == pytest.approx(0.002)
    assert pace.ENOUGH <= sum(made[2:]) < pace.ENOUGH + pace.BLOCK


def test_a_disturbance_does_not_count(make: Make, steps) -> None:
    steps(1.0, 0.1, 0.1, 5.0, 0.1)
    pace_found = seconds_a_step(make(), CPU)
    assert pace_found == pytest.approx(0.1)


def test_a_dataset_whose_files_are_not_here_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "ENOUGH", 0.0)
    spec = RunSpec(
        dataset=DATASETS["cifar10"],
        networks=NETWORKS["miyato"],
        method=METHODS["gan"],
        training=Training(steps=1, batch_size=2),
    )
    assert 0 < seconds_a_step(spec, CPU) < 10


def test_nothing_is_left_of_what_was_timed(make: Make, steps) -> None:
    """A GPU's memory is short, and its allocator does not have Python look for garbage."""
    steps(1.0)
    gc.collect()
    gc.disable()
    try:
        for seed in range(3):
            seconds_a_step(make(seed=seed), CPU)
        assert not [each for each in gc.get_objects() if type(each) is Trainer]
    finally:
        gc.enable()


def test_more_work_takes_longer(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "ENOUGH", 0.05)
    assert seconds_a_step(make(batch_size=2048), CPU) > 2 * seconds_a_step(make(batch_size=16), CPU)
