"""Signals that ask a run to stop: it saves a checkpoint at the next step and leaves with its own exit status."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_STATUS = 75
"""EX_TEMPFAIL of sysexits.h: not done, worth another try."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2)


class Interrupted(Exception):  # noqa: N818 (not an error: the run goes on when it is started again)
    """The run was asked to stop and has saved its state."""


class StopRequest:
    """Whether somebody has asked this process to stop."""

    received: signal.Signals | None = None

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Remember the signal; the loop looks here between two steps."""
        self.received = signal.Signals(number)


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Collect termination signals instead of dying of them; the previous handlers are put back at the end."""
    request = StopRequest()
    previous = {number: signal.signal(number, request.handle) for number in SIGNALS}
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
