"""Where a number was made: commit, versions and hardware, recorded beside every result."""

from __future__ import annotations

import platform
import socket
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import ganpipe
from ganpipe.late import torch


def provenance(device: torch.device, source: Mapping[str, Any]) -> dict[str, Any]:
    """Commit, versions, hardware and date of this process, as plain data.

    Args:
        source: what ``commit()`` said when the work began: the tree may change while it goes on.
    """
    return {
        "ganpipe": ganpipe.__version__,
        **source,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "host": socket.gethostname(),
        **hardware(device),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        **(_cuda_versions() if device.type == "cuda" else {}),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def commit() -> dict[str, Any]:
    """The commit of the source tree and whether the package differs from it; both None outside a checkout of its own.

    A new file counts, as a method of one's own is one. What lies beside the package does not: neither the
    configuration, since a run is its specification, nor results that were published in the meantime.
    """
    root = Path(ganpipe.__file__).parent.parent

    def git(*arguments: str) -> str | None:
        try:
            command = ["git", "-C", str(root), *arguments]
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.strip()

    # An installed package may lie inside somebody else's checkout, whose commit says nothing about it.
    if git("rev-parse", "--show-prefix") != "":
        return {"commit": None, "dirty": None}
    changes = git("status", "--porcelain", "--", "ganpipe")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}


def _cuda_versions() -> dict[str, Any]:
    return {"cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version()}  # type: ignore[no-untyped-call]


def hardware(device: torch.device) -> dict[str, str]:
    """What computes, as people call it."""
    return {"device": device_name(device), "cpu": cpu_name()}


def hardware_text(provenance: Mapping[str, Any]) -> str:
    """The GPUs or processors that made a result, in their order; empty when unknown."""
    sessions = (*provenance.get("earlier_sessions", ()), provenance)
    names = [each.get("cpu" if each.get("device") in ("", "cpu", None) else "device") for each in sessions]
    return ", ".join(dict.fromkeys(str(name) for name in names if name))


def commits_text(provenance: Mapping[str, Any]) -> str:
    """The commits whose source made a result, ``+`` where that had uncommitted changes; empty when unknown."""
    known = [made for made in (*provenance.get("earlier_sessions", ()), provenance) if made.get("commit")]
    names = (f"{made['commit'][:10]}{'+' if made.get('dirty') else ''}" for made in known)
    return ", ".join(dict.fromkeys(names))


def of_run(evaluation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The provenance of the run in that of its evaluation, which may have been made later and by other source."""
    return evaluation.get("run") or evaluation


def device_name(device: torch.device) -> str:
    """The GPU's name, or ``cpu``."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


def cpu_name() -> str:
    """The processor's model name, or the architecture where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
