"""Signals that ask a run to stop: it saves a checkpoint at the next step and leaves with its own exit status.

One that comes before training has begun ends the run at once: there is nothing to save, and no lease must be left to
whoever starts the run again elsewhere.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

EXIT_STATUS = 75
"""EX_TEMPFAIL of sysexits.h: not done, worth another try."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2)


class Interrupted(Exception):  # noqa: N818 (not an error: the run goes on when it is started again)
    """The run was asked to stop; what it had reached is saved."""


class StopRequest:
    """Whether somebody has asked this process to stop.

    Attributes:
        received: the last signal.
        deferred: whether signals are only remembered, because somebody looks here between two steps. Until then the
            first one raises.
    """

    received: signal.Signals | None = None
    deferred = False

    def handle(self, number: int, _frame: FrameType | None) -> None:
        """Remember the signal.

        Raises:
            Interrupted: it is the first, and not deferred.
        """
        first, self.received = self.received is None, signal.Signals(number)
        if first and not self.deferred:
            raise Interrupted(f"stopped by {self.received.name} before training began")


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
