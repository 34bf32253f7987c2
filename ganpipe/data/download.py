"""Downloading source files: resumable, from several mirrors, believed only after their checksum."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tqdm import tqdm

from ganpipe.data.origin import Origin, verify
from ganpipe.errors import GanpipeError

log = logging.getLogger(__name__)

_TIMEOUT = 30.0  # seconds without a byte
_LOG_INTERVAL = 5.0  # seconds
_CHUNK = 1 << 18  # bytes
_RANGE_NOT_SATISFIABLE = 416


def fetch(origin: Origin, folder: Path) -> None:
    """Download source files into ``folder``; those that are there and verified are left alone.

    Raises:
        GanpipeError: a file could be had from no mirror, or only people may fetch it.
    """
    if origin.by_hand:
        raise GanpipeError(f"{origin.name}: {origin.by_hand}; then set {origin.setting}")
    if origin.terms:
        log.info("%s: %s", origin.name, origin.terms)
    for name, checksum in origin.files.items():
        try:
            download(origin.urls(name), folder / name, checksum)
        except GanpipeError as error:
            raise GanpipeError(f"{error}; with a copy of it, set {origin.setting}") from None


def download(mirrors: Sequence[str], target: Path, checksum: str) -> None:
    """Download one file; an interrupted call goes on where it stopped.

    What has arrived waits beside the target, with ``.part`` before its suffixes.

    Args:
        mirrors: addresses of the file, tried in order.
        target: replaced unless it is there and verified.
        checksum: as :func:`ganpipe.data.origin.verify` takes it.

    Raises:
        GanpipeError: no mirror gave the file; says why for each.
    """
    if target.exists() and _is_verified(target, checksum):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    suffixes = "".join(target.suffixes)  # all of them, for they decide what the checksum is of
    part = target.with_name(f"{target.name.removesuffix(suffixes)}.part{suffixes}")
    failures = []
    for url in mirrors:
        try:
            _download_verified(url, part, checksum)
        except (OSError, HTTPException, GanpipeError) as error:
            log.warning("%s: %s", url, error)
            failures.append(f"{url}: {error}")
        else:
            part.replace(target)
            return
    raise GanpipeError(f"{target}: could not be downloaded ({'; '.join(failures)})")


def _is_verified(path: Path, checksum: str) -> bool:
    try:
        verify(path, checksum)
    except GanpipeError as error:
        log.warning("%s; downloading it again", error)
        return False
    return True


def _download_verified(url: str, part: Path, checksum: str) -> None:
    while True:
        resumed = _size(part) > 0
        _download_whole(url, part)
        try:
            verify(part, checksum)
            return
        except GanpipeError:
            part.unlink(missing_ok=True)
            # The beginning may have come from another mirror, which may have compressed the file differently.
            if not resumed:
                raise


def _download_whole(url: str, part: Path) -> None:
    """Resume broken transfers for as long as each attempt brings bytes."""
    while True:
        before = _size(part)
        try:
            _transfer(url, part)
            return
        except (OSError, HTTPException) as error:
            if _size(part) <= before:
                raise
            log.warning("%s: %s; resuming", url, error)


def _transfer(url: str, part: Path) -> None:
    start = _size(part)
    request = Request(url, headers={"Range": f"bytes={start}-"} if start else {})
    try:
        response = urlopen(request, timeout=_TIMEOUT)
    except HTTPError as error:
        error.close()
        if start and error.code == _RANGE_NOT_SATISFIABLE:
            return  # there is nothing after the part: it is whole, or its checksum will tell
        raise
    with response:
        if response.status != 206:  # the server sends the whole file, whatever was asked for
            start = 0
        length = response.headers["Content-Length"]
        total = start + int(length) if length else None
        with (
            part.open("ab" if start else "wb") as out,
            tqdm(total=total, initial=start, desc=part.name, unit="B", unit_scale=True, disable=None) as bar,
        ):
            logged = time.monotonic()
            while chunk := response.read1(_CHUNK):
                out.write(chunk)
                bar.update(len(chunk))
                if bar.disable and time.monotonic() - logged >= _LOG_INTERVAL:
                    logged = time.monotonic()
                    log.info("%s: %.1f of %s MB", url, out.tell() / 1e6, f"{total / 1e6:.1f}" if total else "?")
    if total is not None and _size(part) < total:
        raise ConnectionError(f"closed after {_size(part)} of {total} bytes")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
