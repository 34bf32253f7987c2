"""A lease keeps two processes from training one run, on one machine or on many that share a file system.

The lease is a file made by linking, so that it appears whole and for one process only. Its owner rewrites it as a
heartbeat, which also tells ``ganpipe status`` how far the run is. A second process waits until the lease is gone or its
owner is known to be dead: at once when a process of the same machine is gone, else after the heartbeat has stood still
for ``STALE_AFTER`` seconds of the waiting process's own clock (clocks of two machines are never compared).
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ganpipe.errors import GanpipeError
from ganpipe.files import locked, write_json
from ganpipe.layout import LEASE

log = logging.getLogger(__name__)

BEAT_EVERY = 5.0
"""Seconds between heartbeats."""
STALE_AFTER = 120.0
"""Seconds without a heartbeat after which an owner on another machine is taken for dead."""
POLL_EVERY = 1.0
"""Seconds between two looks at a lease that somebody else holds."""


class Lease:
    """The right to train one run, held by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.owner = {
            "token": secrets.token_hex(8),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "process_started": _process_started(os.getpid()),
            "process_space": _process_space(),
        }
        self._beaten = time.monotonic()

    def acquire(self) -> None:
        """Take the lease, waiting as long as a living process holds it."""
        seen, seen_at = None, time.monotonic()
        while not self._create():
            holder = read_lease(self.path)
            if holder is None:
                continue
            if holder != seen:
                if seen is None:
                    log.info("%s: process %s on %s is training this run", self.path, holder["pid"], holder["host"])
                seen, seen_at = holder, time.monotonic()
            if is_dead(holder) or time.monotonic() - seen_at > STALE_AFTER:
                if self._take_over(holder):
                    log.warning("%s: taken over from process %s, which is gone", self.path, holder["pid"])
                    return
            else:
                time.sleep(POLL_EVERY)

    def beat(self, progress: dict[str, Any], *, now: bool = False) -> None:
        """Renew the lease, at most every ``BEAT_EVERY`` seconds unless ``now``.

        Raises:
            GanpipeError: another process holds the lease; this one must stop.
        """
        if not now and time.monotonic() - self._beaten < BEAT_EVERY:
            return
        with _alone(self.path):
            if not self._is_ours():
                raise GanpipeError(f"{self.path}: another process has taken over this run; stopping here")
            write_json(self.path, self._content(progress), indent=None)
        self._beaten = time.monotonic()

    def release(self) -> None:
        """Give the lease up, if it is still held."""
        with suppress(GanpipeError), _alone(self.path):
            if self._is_ours():
                self.path.unlink()

    def _is_ours(self) -> bool:
        holder = read_lease(self.path)
        return holder is not None and bool(holder["token"] == self.owner["token"])

    def _create(self) -> bool:
        """Make the lease file unless there is one: written aside and linked, so that it appears whole and only once."""
        if self.path.exists():
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        aside = self.path.with_name(f".{LEASE}.{self.owner['token']}")
        aside.write_text(json.dumps(self._content({})), encoding="utf-8")
        try:
            os.link(aside, self.path)
        except FileExistsError:
            return False
        finally:
            aside.unlink()
        return True

    def _take_over(self, holder: dict[str, Any]) -> bool:
        """Put our lease in the place of a dead holder's; of several processes that try, one succeeds."""
        with _alone(self.path):
            if read_lease(self.path) != holder:
                return False
            write_json(self.path, self._content({}), indent=None)
            return True

    def _content(self, progress: dict[str, Any]) -> dict[str, Any]:
        return {**self.owner, **progress, "beat": time.time()}


@contextmanager
def holding(folder: Path) -> Iterator[Lease]:
    """Hold the lease of a run's folder, waiting for it as long as somebody else does."""
    lease = Lease(folder / LEASE)
    lease.acquire()
    try:
        yield lease
    finally:
        lease.release()


def read_lease(path: Path) -> dict[str, Any] | None:
    """The content of a lease, or None when nobody holds it."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        content = None
    if isinstance(content, dict) and "token" in content:
        return content
    # Leases appear whole, so only a file that no ganpipe process wrote can be garbled; nobody holds it.
    return {"token": "", "host": "", "pid": 0}


def silent_for(holder: dict[str, Any]) -> float:
    """Seconds since the last heartbeat, by two machines' clocks: something to show, and nothing to decide by."""
    return max(0.0, time.time() - float(holder.get("beat", 0.0)))


def is_dead(holder: dict[str, Any]) -> bool:
    """Whether the holder was a process of this machine that is gone. False when this cannot be known."""
    if not holder["token"]:
        return True
    if holder.get("process_space") is None or holder["process_space"] != _process_space():
        return False
    started = _process_started(holder["pid"])
    return started is None or started != holder["process_started"]


@contextmanager
def _alone(lease: Path) -> Iterator[None]:
    """Between reading a lease and changing it, nobody else changes it.

    Where the file system has no locks, a window of microseconds remains.

    Raises:
        GanpipeError: the folder of the run was deleted.
    """
    with ExitStack() as alone:
        try:
            alone.enter_context(locked(lease.with_name(f".{LEASE}.lock")))
        except FileNotFoundError:
            raise GanpipeError(f"{lease.parent}: the folder of the run has been deleted") from None
        yield


def _process_space() -> str | None:
    """Names the processes among which a process number is unique: this boot of this machine, this container.

    None where the system does not tell; then no process counts as dead before its heartbeat is stale.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return None


def _process_started(pid: int) -> str | None:
    """When the process was started (in clock ticks since boot), None when there is no such process.

    Process numbers are used again; number and start together are not.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return None
    state, *rest = stat.rpartition(")")[2].split()
    return None if state in "ZX" else rest[18]
