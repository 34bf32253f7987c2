from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ganpipe.spec.part import canonical
from ganpipe.spec.training import PlayerTraining, Training


def test_snapshots_are_evenly_spaced_and_end_with_the_run() -> None:
    assert Training(steps=100, batch_size=1, snapshots=4).snapshot_steps == [25, 50, 75, 100]
    assert Training(steps=100, batch_size=1).snapshot_steps == [100]


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 10, 99, 1000, 100_003, 500_000])
@pytest.mark.parametrize("snapshots", [1, 2, 3, 7, 10, 64])
def test_snapshot_steps_are_ascending_whole_steps(steps: int, snapshots: int) -> None:
    found = Training(steps=steps, batch_size=1, snapshots=snapshots).snapshot_steps
    assert found == sorted(set(found))
    assert found[0] >= 1
    assert found[-1] == steps
    assert len(found) == min(steps, snapshots)
    gaps = [after - before for before, after in zip([0, *found], found, strict=False)]
    assert max(gaps) - min(gaps) <= 1


def test_snapshots_can_be_listed() -> None:
    training = Training.parse({"steps": 1000, "batch_size": 1, "snapshots": [10, 100, 1000]})
    assert training.snapshot_steps == [10, 100, 1000]
    assert canonical(training) == {"steps": 1000, "batch_size": 1, "snapshots": [10, 100, 1000]}
    assert Training.parse(training.model_dump(mode="json")) == training


@pytest.mark.parametrize("listed", [[10, 100], [100, 10, 1000], [10, 10, 1000], [10, 1000, 2000]])
def test_listed_snapshots_ascend_and_end_with_the_run(listed: list[int]) -> None:
    with pytest.raises(ValidationError, match="snapshots: should ascend and end with steps, 1000; got"):
        Training.parse({"steps": 1000, "batch_size": 1, "snapshots": listed})


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"players": {"discriminator": {"updates": 5}}}, "players.discriminator asks for several updates"),
        ({"shared_latents": True}, "leave out shared_latents"),
    ],
)
def test_who_moves_at_once_moves_once_and_from_the_same_latents(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=f"simultaneous: .*{problem}"):
        Training.parse({"steps": 1, "batch_size": 1, "simultaneous": True, **settings})


def test_a_player_of_whom_nothing_is_said_trains_as_the_rest() -> None:
    training = Training(steps=1, batch_size=1, players={"generator": PlayerTraining(updates=2)})
    assert training.player("generator").updates == 2
    assert training.player("discriminator") == PlayerTraining()


def test_naming_a_player_without_saying_anything_is_the_same_training() -> None:
    plain = Training.parse({"steps": 1, "batch_size": 1})
    for nothing in ({}, {"updates": 1}, {"learning_rate": None}):
        assert Training.parse({"steps": 1, "batch_size": 1, "players": {"generator": nothing}}) == plain
    said = Training.parse({"steps": 1, "batch_size": 1, "players": {"generator": {"updates": 2}, "discriminator": {}}})
    assert canonical(said) == canonical(plain) | {"players": {"generator": {"updates": 2}}}


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": 0},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": float("inf")},
        {"betas": [0.5, 1.0]},
        {"betas": [-0.1, 0.9]},
        {"betas": [0.5]},
        {"ema_decay": 1.0},
        {"ema_decay": 0.0},
        {"snapshots": 0},
        {"snapshots": []},
        {"snapshots": [0, 10]},
        {"snapshots": [2.5, 10]},
        {"players": {"generator": {"updates": 0}}},
        {"players": {"generator": {"betas": [2.0, 0.9]}}},
        {"steps": 10.0},
    ],
)
def test_values_that_no_training_can_have_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Training.parse({"steps": 10, "batch_size": 4} | wrong)
