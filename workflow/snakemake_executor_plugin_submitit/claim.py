"""Keeps two starts of one task from running at once.

When Slurm loses sight of a node it starts the node's tasks again elsewhere, though they may still be running there. A
start holds the task's claim file and rewrites it as a heartbeat; a second start waits until the file is gone, or has
not changed for ``STALE_AFTER`` seconds by its own clock, and a first start that finds another's name in it gives up.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

BEAT_EVERY = 5.0
"""Seconds between heartbeats."""
STALE_AFTER = 40.0
"""Seconds without a heartbeat after which the other start is taken for dead."""


class Claim:
    """The right to run a task, held by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"{os.uname().nodename} {os.getpid()} {secrets.token_hex(8)}"
        self._beaten = 0.0

    def acquire(self, stale_after: float = STALE_AFTER, poll_every: float = 1.0) -> bool:
        """Take the claim, waiting as long as another start holds it; whether there was one to wait for."""
        seen, seen_at, waited = None, time.monotonic(), False
        while (holder := self._read()) is not None and not self._is_gone(holder):
            waited = True
            if holder != seen:
                seen, seen_at = holder, time.monotonic()
            elif time.monotonic() - seen_at > stale_after:
                break
            time.sleep(poll_every)
        self._write()
        return waited

    def keep(self) -> bool:
        """Beat, at most every ``BEAT_EVERY`` seconds; False when another start has taken over."""
        if time.monotonic() - self._beaten < BEAT_EVERY:
            return True
        holder = self._read()
        if holder is not None and holder.splitlines()[0] != self.name:
            return False
        self._write()
        return True

    def release(self) -> None:
        """Give the claim up."""
        holder = self._read()
        if holder is not None and holder.splitlines()[0] == self.name:
            self.path.unlink(missing_ok=True)

    def _read(self) -> str | None:
        try:
            return self.path.read_text(encoding="utf-8") or None
        except FileNotFoundError:
            return None

    def _write(self) -> None:
        aside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        aside.write_text(f"{self.name}\n{time.time()}\n", encoding="utf-8")
        aside.replace(self.path)
        self._beaten = time.monotonic()

    @staticmethod
    def _is_gone(holder: str) -> bool:
        """Whether the holder was a process of this very machine that has ended."""
        node, pid, _ = holder.splitlines()[0].split()
        return node == os.uname().nodename and not Path(f"/proc/{pid}").exists()
