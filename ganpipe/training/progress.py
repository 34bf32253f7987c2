"""What a person sees of a run: a bar on a terminal, a line every few seconds in a log."""

from __future__ import annotations

import logging
import time
from typing import Any

from tqdm import tqdm

log = logging.getLogger(__name__)

LINE_EVERY = 15.0
"""Seconds between two lines of a log."""


class Progress:
    """Speed and place of one run, told to a terminal, a log and (by the lease) ``ganpipe status``."""

    def __init__(self, run_id: str, step: int, steps: int) -> None:
        self.run_id, self.steps = run_id, steps
        self.step = self._first = step
        self._started = self._told = time.monotonic()
        self._bar = tqdm(total=steps, initial=step, desc=run_id, unit="step", disable=None, dynamic_ncols=True)

    def update(self, step: int) -> None:
        """Tell that ``step`` steps are done."""
        self._bar.update(step - self.step)
        self.step = step
        if self._bar.disable and time.monotonic() - self._told > LINE_EVERY:
            self._told = time.monotonic()
            log.info(
                *("run %s: step %d of %d (%.0f %%), %.1f steps/s", self.run_id, step, self.steps),
                *(100 * step / self.steps, self.steps_per_second),
            )

    @property
    def steps_per_second(self) -> float:
        """Mean speed since this process took the run up."""
        return (self.step - self._first) / max(time.monotonic() - self._started, 1e-9)

    def as_dict(self) -> dict[str, Any]:
        """Place and speed, for the heartbeat."""
        return {"step": self.step, "steps": self.steps, "steps_per_second": self.steps_per_second}

    def close(self) -> None:
        """Leave the terminal tidy."""
        self._bar.close()
