from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.parquet import write_parquet
from ganpipe.training.history import POINTS, VANISHED_ROWS, History, history_table, read_history

PLAYERS = ("discriminator", "generator")


def filled(*losses: tuple[float, float]) -> History:
    history = History(len(losses), PLAYERS)
    for step, (discriminator, generator) in enumerate(losses, start=1):
        history.append(step, {"discriminator": discriminator, "generator": generator})
    return history


@pytest.mark.parametrize("steps", [1, 7, POINTS - 1, POINTS, 2 * POINTS - 1, 4000, 100_000, 500_000])
def test_a_run_has_about_200_rows_whatever_its_length(steps: int) -> None:
    history = History(steps, PLAYERS)
    due = sum(map(history.is_due, range(1, steps + 1)))
    assert min(steps, POINTS) <= due < 2 * POINTS


def test_finite_losses_go_on() -> None:
    assert History(10, PLAYERS).diverged() is None
    assert filled((0.7, 1.4), (1e30, -1e30), (0.0, 1.0)).diverged() is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_ends_the_run(value: float) -> None:
    assert filled((0.7, 1.4), (0.7, value)).diverged() == f"loss_generator is {value} at step 2"
    assert filled((value, 1.4)).diverged() == f"loss_discriminator is {value} at step 1"


def test_a_loss_that_has_vanished_for_a_tenth_of_the_rows_ends_the_run() -> None:
    alive = [(0.5, 1.0)] * 3
    assert filled(*[(0.0, 90.0)] * (VANISHED_ROWS - 1)).diverged() is None
    assert filled(*alive, *[(0.0, 90.0)] * (VANISHED_ROWS - 1)).diverged() is None
    ended = filled(*alive, *[(0.0, 90.0)] * VANISHED_ROWS).diverged()
    assert ended == "loss_discriminator has been exactly 0 since step 4: no gradient is left"
    interrupted = [(0.0, 90.0)] * (VANISHED_ROWS - 1) + [(1e-30, 90.0)] + [(0.0, 90.0)] * (VANISHED_ROWS - 1)
    assert filled(*interrupted).diverged() is None


def test_small_losses_have_not_vanished() -> None:
    assert filled(*[(1e-38, 90.0)] * 3 * VANISHED_ROWS).diverged() is None


def test_history_goes_on_from_its_state() -> None:
    history = filled((0.7, 1.4), (0.6, 1.5))
    restored = History(2, PLAYERS)
    restored.load_state_dict(history.state_dict())
    restored.append(3, {"discriminator": 0.5, "generator": 1.6})
    assert len(history.rows) == 2
    assert restored.rows == [*history.rows, {"step": 3, "loss_discriminator": 0.5, "loss_generator": 1.6}]


@pytest.mark.parametrize("losses", [[], [(0.7, 1.4), (0.6, math.nan)]])
def test_parquet_has_one_column_for_each_player_also_when_nothing_was_recorded(
    losses: list[tuple[float, float]], tmp_path: Path
) -> None:
    filled(*losses).write(tmp_path / "history.parquet")
    table = pq.read_table(tmp_path / "history.parquet")
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("step", "int64"),
        ("loss_discriminator", "double"),
        ("loss_generator", "double"),
    ]
    assert table.schema.metadata[b"ganpipe_schema"] == b"1"
    assert table["step"].to_pylist() == list(range(1, len(losses) + 1))
    assert table["loss_discriminator"].to_pylist() == [loss for loss, _ in losses]


def test_what_was_written_is_read_and_gives_the_same_file(tmp_path: Path) -> None:
    """As of a run that was published and is put back: its steps have become floats on the way."""
    path, again = tmp_path / "history.parquet", tmp_path / "again.parquet"
    filled((0.7, 1.4), (0.6, math.inf)).write(path)
    curves = read_history(path)
    assert {name: values.tolist() for name, values in curves.items()} == {
        "step": [1.0, 2.0],
        "loss_discriminator": [0.7, 0.6],
        "loss_generator": [1.4, math.inf],
    }
    write_parquet(history_table({name: values.tolist() for name, values in curves.items()}), again)
    assert again.read_bytes() == path.read_bytes()


def test_a_run_that_diverged_at_once_has_an_empty_history(tmp_path: Path) -> None:
    path = tmp_path / "history.parquet"
    write_parquet(history_table({}), path)
    assert read_history(path) == {}
    pq.write_table(pa.table({"step": [1], "loss_a": [2.0], "seconds": [3.0]}), path)
    assert {name: values.tolist() for name, values in read_history(path).items()} == {"step": [1.0], "loss_a": [2.0]}
    assert np.asarray(read_history(path)["loss_a"]).dtype == np.float64


def test_a_garbled_history_is_named(tmp_path: Path) -> None:
    path = tmp_path / "history.parquet"
    path.write_bytes(b"nothing")
    with pytest.raises(GanpipeError, match=f"{path}: damaged or no Parquet file"):
        read_history(path)
    pq.write_table(pa.table({"loss_generator": [1.0]}), path)
    with pytest.raises(GanpipeError, match="no column 'step'"):
        read_history(path)
