"""The most memory that a piece of work takes beyond what was there before it."""

from __future__ import annotations

import ctypes
from pathlib import Path

from benchmarks.clock import Work


def peak_megabytes(work: Work) -> float | None:
    """Resident megabytes at the peak over those before; None where the system cannot tell (it takes Linux)."""
    try:
        # Pages that were freed and kept would hide the peak.
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        work()
        return _status("VmHWM") - before
    except OSError:
        return None


def _status(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / 1e6
