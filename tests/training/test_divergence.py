from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import torch
from torch import Tensor

from ganpipe.layout import CHECKPOINT
from ganpipe.methods.objectives.non_saturating import NonSaturating
from ganpipe.training import train as module
from ganpipe.training.history import VANISHED_ROWS
from ganpipe.training.run import FinishedRun
from tests.training.conftest import Crash, Make, Train, crash, must_not_train


def from_step(step: int, replace: Callable[[Tensor], Tensor], monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator's loss is as always, and from ``step`` on it is replaced."""
    original, calls = NonSaturating.generator, 0

    def generator(self: NonSaturating, fake: Tensor) -> Tensor:
        nonlocal calls
        calls += 1
        loss = original(self, fake)
        return replace(loss) if calls >= step else loss

    monkeypatch.setattr(NonSaturating, "generator", generator)


def test_a_loss_that_is_no_number_ends_the_run_with_a_reason(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from_step(7, lambda loss: loss * float("nan"), monkeypatch)
    spec = make(snapshots=4)
    with caplog.at_level(logging.WARNING):
        result = train(spec, tmp_path)
    reason = "loss_generator is nan at step 7"
    assert (result["status"], result["reason"], result["steps"]) == ("diverged", reason, 7)
    assert f"run {spec.run_id} diverged: {reason}" in caplog.text
    run = FinishedRun.open(tmp_path)
    assert (run.status, run.reason, run.steps) == ("diverged", reason, [3, 6])
    assert pq.read_table(tmp_path / "history.parquet")["step"].to_pylist() == list(range(1, 8))
    assert (tmp_path / "samples.png").is_file()
    assert not (tmp_path / CHECKPOINT).exists()
    monkeypatch.setattr(module, "Trainer", must_not_train)
    assert train(spec, tmp_path) == result


def test_weights_that_break_at_a_snapshot_are_not_kept(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A finite loss may have a gradient that is not; in the last step no later loss would show it."""
    from_step(12, lambda loss: loss + torch.sqrt(0 * loss), monkeypatch)
    result = train(make(snapshots=2), tmp_path)
    assert result["status"] == "diverged"
    assert result["reason"] == "generator has weights or statistics that are not finite at step 12"
    assert FinishedRun.open(tmp_path).steps == [6]


def test_a_run_that_breaks_before_its_first_snapshot_still_has_a_result(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_step(1, lambda loss: loss * float("inf"), monkeypatch)
    result = train(make(), tmp_path)
    assert (result["status"], result["snapshots"]) == ("diverged", {})
    assert FinishedRun.open(tmp_path).steps == []
    assert not (tmp_path / "samples.png").exists()


def test_an_absurd_learning_rate_diverges_without_a_traceback(make: Make, train: Train, tmp_path: Path) -> None:
    result = train(make("stacked_digits", steps=300, learning_rate=1e30, snapshots=3), tmp_path)
    assert result["status"] == "diverged"
    assert result["reason"]
    assert "\n" not in result["reason"]


def test_a_loss_that_has_vanished_ends_the_run(
    make: Make, train: Train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NonSaturating, "discriminator", lambda _self, real, fake: 0.0 * (real.sum() + fake.sum()))
    result = train(make(steps=200), tmp_path)
    assert result["status"] == "diverged"
    assert result["reason"] == "loss_discriminator has been exactly 0 since step 1: no gradient is left"
    assert result["steps"] == VANISHED_ROWS


@pytest.mark.parametrize("step", [7, VANISHED_ROWS - 1])
def test_a_run_that_diverges_does_so_alike_after_a_crash(
    step: int,
    make: Make,
    train: Train,
    after: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = make(steps=200, snapshots=40)
    results = []
    for name in ("undisturbed", "run"):
        monkeypatch.setattr(NonSaturating, "discriminator", lambda _self, real, fake: 0.0 * (real.sum() + fake.sum()))
        if name == "run":
            after(step, crash)
            with pytest.raises(Crash):
                train(spec, tmp_path / name)
        results.append(train(spec, tmp_path / name))
        monkeypatch.undo()
    same = ("status", "reason", "steps", "snapshots")
    assert results[0]["steps"] == VANISHED_ROWS
    assert len(results[0]["snapshots"]) == 3
    assert {key: results[1][key] for key in same} == {key: results[0][key] for key in same}
