"""Losses over the steps of a run: kept, judged whether the run can go on, written and read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ganpipe.errors import GanpipeError
from ganpipe.parquet import VERSION_KEY, read_parquet, write_parquet

PREFIX = "loss_"
"""Begins the name of a player's column."""

LossCurves = dict[str, NDArray[np.float64]]
"""``step`` and ``loss_<player>`` of each player, all [points]."""

POINTS = 200
"""Rows of a run's history, at least and less than twice as many; one a step in runs of fewer steps."""
VANISHED_ROWS = 20
"""After so many rows without any loss left no gradient could bring it back: a twentieth of a run or more."""


class History:
    """Mean losses of every interval of a run; part of its resumable state."""

    def __init__(self, steps: int, players: Iterable[str]) -> None:
        self.columns = [PREFIX + player for player in players]
        self.interval = max(1, steps // POINTS)
        self.rows: list[dict[str, float]] = []

    def is_due(self, step: int) -> bool:
        """Whether an interval ends with ``step``."""
        return step % self.interval == 0

    def append(self, step: int, losses: dict[str, float]) -> None:
        """Keep the mean losses of the interval that ends with ``step``."""
        self.rows.append({"step": step} | {PREFIX + player: loss for player, loss in losses.items()})

    def diverged(self) -> str | None:
        """Why the run cannot go on; None while it can.

        A loss that is not a number never becomes one again. A loss that is exactly zero has underflowed: the
        discriminator is so sure that no gradient reaches it.
        """
        if not self.rows:
            return None
        latest = self.rows[-1]
        for name in self.columns:
            if not math.isfinite(latest[name]):
                return f"{name} is {latest[name]} at step {latest['step']:.0f}"
        recent = self.rows[-VANISHED_ROWS:]
        for name in self.columns:
            if len(recent) == VANISHED_ROWS and all(row[name] == 0.0 for row in recent):
                return f"{name} has been exactly 0 since step {recent[0]['step']:.0f}: no gradient is left"
        return None

    def state_dict(self) -> dict[str, Any]:
        """The rows, as plain data."""
        return {"rows": self.rows}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from saved rows."""
        self.rows = list(state["rows"])

    def write(self, path: Path) -> None:
        """Write ``step`` and ``loss_<player>`` columns as Parquet."""
        table = history_table({name: [row[name] for row in self.rows] for name in ("step", *self.columns)})
        write_parquet(table, path)


def history_table(columns: Mapping[str, Sequence[float]]) -> pa.Table:
    """``step`` and ``loss_<player>`` columns as the file of a history holds them."""
    types = {name: pa.int64() if name == "step" else pa.float64() for name in columns}
    table = pa.table({name: pa.array(values, types[name]) for name, values in columns.items()})
    return table.replace_schema_metadata({VERSION_KEY: b"1"})


def read_history(path: Path) -> LossCurves:
    """The losses of one run; empty arrays where it diverged before the first point.

    Raises:
        GanpipeError: the file is missing or is no history.
    """
    table = read_parquet(path)
    names = [name for name in table.column_names if name.startswith(PREFIX)]
    if table.num_rows and "step" not in table.column_names:
        raise GanpipeError(f"{path}: no column 'step'")
    return {name: table[name].to_numpy().astype(np.float64) for name in ["step", *names] if name in table.column_names}
