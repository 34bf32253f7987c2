"""FFHQ's list of images, 255 MB of JSON of which little is needed: read entry by entry."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from ganpipe.errors import GanpipeError

_CHUNK = 1 << 20  # characters; an entry has a few thousand
_SPACE = re.compile(r"\s*")
_SPLITS = {"training": "train", "validation": "test"}
_PATH = re.compile(r"thumbnails128x128/\d{5}/\d{5}\.png")


class Thumbnail(NamedTuple):
    """One image: its split, where it lies and the MD5 of its file."""

    split: str
    path: str
    md5: str


def read_thumbnails(path: Path) -> Iterator[Thumbnail]:
    """The images in the order of the list.

    Raises:
        GanpipeError: it is truncated, not of the expected form, or an entry lacks a key.
    """
    try:
        with path.open(encoding="utf-8") as handle:
            for number, entry in _entries(handle):
                thumbnail = entry["thumbnail"]
                found = Thumbnail(_SPLITS[entry["category"]], thumbnail["file_path"], thumbnail["file_md5"])
                if not _PATH.fullmatch(found.path):
                    raise GanpipeError(f"{path}: image {number}: {found.path!r} is not a thumbnail's path")
                yield found
    except KeyError as error:
        raise GanpipeError(f"{path}: image {number}: has no {error}") from None
    except (OSError, ValueError, TypeError) as error:
        raise GanpipeError(f"{path}: not a list of FFHQ's images ({error})") from None


def _entries(handle: IO[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entries of one large JSON object."""
    window = _Window(handle)
    window.expect("{")
    while True:
        key = window.value()
        window.expect(":")
        yield key, window.value()
        if window.next() == "}":
            return
        window.expect(",")


class _Window:
    """A text that is read value by value, with little more than a chunk of it in memory."""

    def __init__(self, handle: IO[str]) -> None:
        self._handle, self._text, self._at = handle, "", 0
        self._decoder = json.JSONDecoder()

    def next(self) -> str:
        """The next character that is no space."""
        while True:
            match = _SPACE.match(self._text, self._at)
            assert match is not None
            self._at = match.end()
            if self._at < len(self._text):
                return self._text[self._at]
            self._read_on()

    def expect(self, character: str) -> None:
        """Pass over one character, which must be ``character``."""
        if self.next() != character:
            raise ValueError(f"expected {character!r}, found {self._text[self._at : self._at + 20]!r}")
        self._at += 1

    def value(self) -> Any:
        """The next string or object."""
        while True:
            self.next()
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
                return value
            except json.JSONDecodeError:
                # Perhaps only because the chunk ends here; at the end of the file it is wrong.
                self._read_on()

    def _read_on(self) -> None:
        if not (more := self._handle.read(_CHUNK)):
            raise ValueError("it ends too early or is damaged")
        self._text, self._at = self._text[self._at :] + more, 0
