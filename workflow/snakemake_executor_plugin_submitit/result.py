"""How a job ended, in a small file of our own: the only thing that counts as success.

<token>.json   {"outcome": "done" | "failed" | "out-of-memory" | "timeout", "status": exit status, ...}
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

SUFFIX = ".json"


@dataclass(frozen=True)
class Result:
    """How a job ended.

    Attributes:
        outcome: ``done``, ``failed``, ``out-of-memory`` (the kernel killed a process of the task meanwhile) or
            ``timeout`` (too many time-outs in a row without a new checkpoint).
        status: exit status, negative for a signal; None where the job was stopped.
        node: where it ran.
        seconds: how long its last start took.
    """

    outcome: str
    status: int | None
    node: str
    seconds: float

    def write(self, folder: Path, token: str) -> None:
        """Write the result of the job ``token``; it appears whole or not at all."""
        aside = folder / f"{token}.aside"
        with aside.open("w", encoding="utf-8") as handle:
            json.dump(asdict(self), handle)
            handle.flush()
            os.fsync(handle.fileno())
        aside.replace(folder / f"{token}{SUFFIX}")

    @classmethod
    def read(cls, folder: Path, token: str) -> Result | None:
        """The result of a job; None when there is none."""
        try:
            return cls(**json.loads((folder / f"{token}{SUFFIX}").read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None


def tokens(folder: Path) -> set[str]:
    """The jobs that have a result. One look at the folder for all of them, whatever their number."""
    try:
        # On NFS this makes the client look again instead of believing what it remembers.
        os.utime(folder)
        return {entry.name.removesuffix(SUFFIX) for entry in os.scandir(folder) if entry.name.endswith(SUFFIX)}
    except OSError:
        # A file server that starts again must not end a workflow that others depend on. If the folder stays away, the
        # tasks come to an end without a result.
        return set()
