from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from torch import Tensor

from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining, Precision
from ganpipe.training.graph import PLAIN_STEPS, Chances, Replayed
from ganpipe.training.trainer import Trainer
from tests.training.recorder import HostRecorder
from tests.training.test_every_method import CPU, EVERYTHING, Noise, run, saved

REPLAYED = 2
"""Steps that are made by the recording alone."""


def compare(spec: RunSpec) -> None:
    """A trainer that replays its steps and one that makes them come to the same."""
    plain, replayed = Trainer(spec, Noise(spec), CPU), Trainer(spec, Noise(spec), CPU, HostRecorder())
    for trainer in (plain, replayed):
        for _ in range(PLAIN_STEPS + 1 + REPLAYED):
            trainer.advance()
    assert replayed.replays
    assert not plain.replays
    expected, found = plain.state_dict(), replayed.state_dict()
    assert found["loss_counts"] == expected["loss_counts"]
    assert plain.mean_losses() == replayed.mean_losses()
    assert all(map(torch.equal, replayed._tensors(), plain._tensors()))


@pytest.mark.parametrize(("method", "dataset"), EVERYTHING)
def test_a_replayed_step_is_the_step_to_the_last_bit(
    method: str, dataset: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No method's step waits for the device, decides by a number, or leaves something behind outside its tensors."""
    compare(run(method, dataset))
    assert caplog.text == ""


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("simultaneous", [False, True])
def test_so_it_is_with_other_schedules_and_precisions(precision: Precision, simultaneous: bool) -> None:
    spec = run("pacgan2", "celeba")
    players = {} if simultaneous else {"discriminator": PlayerTraining(updates=3)}
    training = spec.training.model_copy(
        update={"precision": precision, "simultaneous": simultaneous, "players": players, "ema_decay": None}
    )
    compare(spec.model_copy(update={"training": training}))


def test_a_trainer_that_replays_goes_on_from_a_checkpoint_of_one_that_does_not() -> None:
    spec = run("presgan", "ring8_pacgan")
    plain, replayed = Trainer(spec, Noise(spec), CPU), Trainer(spec, Noise(spec), CPU, HostRecorder())
    for _ in range(2):
        plain.advance()
    replayed.load_state_dict(saved(plain.state_dict()))
    for trainer in (plain, replayed):
        for _ in range(PLAIN_STEPS + 1 + REPLAYED):
            trainer.advance()
    assert all(map(torch.equal, replayed._tensors(), plain._tensors()))
    assert plain.mean_losses() == replayed.mean_losses()


class Counter:
    """Work on one number, in ways that can and cannot be replayed."""

    def __init__(self) -> None:
        self.total = torch.zeros(1)
        self.calls = 0

    def plain(self, chances: Chances) -> None:
        self.total += chances[0]["number"]

    def counting(self, chances: Chances) -> None:
        self.calls += 1
        self.total += chances[0]["number"] * self.calls

    def rebinding(self, chances: Chances) -> None:
        self.total = self.total + chances[0]["number"]

    def reading(self, chances: Chances) -> None:
        self.total += chances[0]["number"].item()

    def state(self) -> list[Tensor]:
        return [self.total]


def totals(work: Callable[[Chances], None], counter: Counter) -> list[float]:
    step = Replayed(work, counter.state, HostRecorder())
    found = []
    for number in range(1, 8):
        step([{"number": torch.tensor([float(number)])}])
        found.append(float(counter.total))
    return found


def test_work_that_lasts_in_place_is_replayed(caplog: pytest.LogCaptureFixture) -> None:
    counter = Counter()
    assert totals(counter.plain, counter) == [1.0, 3.0, 6.0, 10.0, 15.0, 21.0, 28.0]
    assert caplog.text == ""


@pytest.mark.parametrize(("kind", "said"), [("reading", "waits for the device"), ("rebinding", "does not do the same")])
def test_work_that_cannot_be_replayed_is_done(kind: str, said: str, caplog: pytest.LogCaptureFixture) -> None:
    counter = Counter()
    with caplog.at_level(logging.WARNING):
        assert totals(getattr(counter, kind), counter) == [1.0, 3.0, 6.0, 10.0, 15.0, 21.0, 28.0]
    (record,) = caplog.records
    assert "steps are not replayed" in record.message
    assert said in record.message


def test_a_recording_that_did_something_else_is_not_used(caplog: pytest.LogCaptureFixture) -> None:
    """What Python counts is counted once more by the recording."""
    counter = Counter()
    with caplog.at_level(logging.WARNING):
        totals(counter.counting, counter)
    assert "does not do the same" in caplog.text


def test_a_device_that_cannot_record_makes_steps(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def beside(self) -> AbstractContextManager[None]:
            return nullcontext()

        def record(self, work: Callable[[], None]) -> Callable[[], None]:
            raise RuntimeError("operation not permitted when stream is capturing\nand much more")

    counter = Counter()
    step = Replayed(counter.plain, counter.state, Broken())
    for _ in range(6):
        step([{"number": torch.ones(1)}])
    assert counter.total == 6.0
    assert [record.message for record in caplog.records] == [
        "steps are not replayed: operation not permitted when stream is capturing"
    ]
