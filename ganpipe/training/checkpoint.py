"""Checkpoints that survive a kill at any moment.

A checkpoint is one file: a line with the SHA-256 of what follows, and the state. It is written to a temporary name,
flushed and renamed; the one before is kept. A damaged file is noticed by its checksum, and the previous one serves.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
from pathlib import Path
from typing import Any

import torch

from ganpipe.files import replacing
from ganpipe.layout import CHECKPOINT, PREVIOUS_CHECKPOINT

log = logging.getLogger(__name__)


def save_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Make ``state`` the current checkpoint; the current one becomes the previous."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getbuffer()
    header = f"ganpipe checkpoint sha256 {hashlib.sha256(payload).hexdigest()}\n"
    current = folder / CHECKPOINT
    with replacing(current) as temporary:
        with temporary.open("wb") as handle:
            handle.write(header.encode())
            handle.write(payload)
            handle.flush()
            # Also a full disk may show only here; the checkpoints that exist are touched after it.
            os.fsync(handle.fileno())
        if current.exists():
            current.replace(folder / PREVIOUS_CHECKPOINT)


def load_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The newest whole checkpoint, on the host; None when there is none. Damaged files are named in a warning."""
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        path = folder / name
        if not path.exists():
            continue
        header, _, payload = path.read_bytes().partition(b"\n")
        if header.decode(errors="replace") == f"ganpipe checkpoint sha256 {hashlib.sha256(payload).hexdigest()}":
            state: dict[str, Any] = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
            return state
        log.warning("%s is damaged (its checksum does not match) and is passed over", path)
    return None


def drop_checkpoints(folder: Path) -> None:
    """Remove what only a resumed run needs."""
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        (folder / name).unlink(missing_ok=True)
