"""Files that are either whole or absent: everything is written to a temporary name beside its target and renamed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ganpipe.errors import GanpipeError


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """Yield a temporary path that becomes ``path`` when the block ends without an error, and vanishes otherwise.

    Args:
        path: the target; its folder is made when missing. The temporary name keeps the target's suffix, because
            some writers (matplotlib, numpy) choose a format by it.
        durable: also flush the bytes to the disk before the rename, so that a power cut cannot leave an empty file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}-{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        if durable:
            with temporary.open("rb") as handle:
                os.fsync(handle.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else is in this block with the same file; who comes later waits. Some file systems have no locks."""
    with path.open("a") as handle:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files that killed processes left in ``folder``; for the only process that writes there."""
    for path in folder.glob(".*"):
        if re.fullmatch(r"\..+\.\d+-[0-9a-f]{8}(\.\w+)?", path.name):
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` in one step."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, content: Any, *, indent: int | None = 2) -> None:
    """Write ``content`` to ``path`` as JSON in one step."""
    write_text(path, json.dumps(content, indent=indent) + "\n")


def write_if_changed(path: Path, text: str) -> bool:
    """Write ``text`` unless ``path`` holds it already, so that its time stamp tells when the content changed."""
    if path.is_file() and path.read_bytes() == text.encode():
        return False
    write_text(path, text)
    return True


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        GanpipeError: the file is missing, unreadable or not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GanpipeError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise GanpipeError(f"{path}: cannot be read ({error})") from None
    except json.JSONDecodeError as error:
        raise GanpipeError(f"{path}: not valid JSON ({error})") from None


def read_object(path: Path, *keys: str) -> dict[str, Any]:
    """Read a JSON file that holds an object with these keys, which nobody else but ganpipe writes.

    Raises:
        GanpipeError: as :func:`read_json`, or it holds something else, or a key is missing.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise GanpipeError(f"{path}: expected a JSON object, found {type(content).__name__}")
    for key in keys:
        if key not in content:
            raise GanpipeError(f"{path}: {key}: missing; this is not what ganpipe wrote there")
    return content


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
