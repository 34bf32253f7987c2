"""Losses over the steps of a run: kept, judged whether the run can go on, written and read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ganpipe.errors import GanpipeError
from ganpipe.parquet import read_parquet, write_parquet

PREFIX = "loss_"
"""Before a player's name in that of the column of its losses."""
POINTS = 200
"""Rows of a run's history, at least and less than twice as many; one a step in runs of fewer steps."""
VANISHED_ROWS = 20
"""After so many rows without any loss left no gradient could bring it back: a twentieth of a run or more."""

Losses = dict[str, NDArray[np.float64]]
"""``step`` and one array a player, under the names of their columns, all [points]."""


class History:
    """Mean losses of every interval of a run; part of its resumable state."""

    def __init__(self, steps: int, players: Iterable[str]) -> None:
        self.columns = [f"{PREFIX}{player}" for player in players]
        self.interval = max(1, steps // POINTS)
        self.rows: list[dict[str, float]] = []

    def is_due(self, step: int) -> bool:
        """Whether an interval ends with ``step``."""
        return step % self.interval == 0

    def append(self, step: int, losses: dict[str, float]) -> None:
        """Keep the mean losses of the interval that ends with ``step``."""
        self.rows.append({"step": step} | {f"{PREFIX}{player}": loss for player, loss in losses.items()})

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
        columns = [("step", pa.int64()), *((column, pa.float64()) for column in self.columns)]
        table = pa.Table.from_pylist(self.rows, schema=pa.schema(columns, metadata={"ganpipe_schema": "1"}))
        write_parquet(table, path)


def read_history(path: Path) -> Losses:
    """The losses of one run; empty arrays where it diverged before the first point.

    Raises:
        GanpipeError: the file is missing or is no history.
    """
    table = read_parquet(path)
    names = [name for name in table.column_names if name.startswith(PREFIX)]
    if table.num_rows and "step" not in table.column_names:
        raise GanpipeError(f"{path}: no column 'step'")
    return {name: table[name].to_numpy().astype(np.float64) for name in ["step", *names] if name in table.column_names}
