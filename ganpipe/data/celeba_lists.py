"""CelebA's lists of images: which split each belongs to, and which attributes it has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ganpipe.data.origin import uncompressed
from ganpipe.errors import GanpipeError, suggestion

_SPLITS = {"0": "train", "1": "validation", "2": "test"}
_NAME = re.compile(r"\d{6}\.jpg")


def read_partition(path: Path) -> dict[str, list[str]]:
    """The names of the training and of the test images, in the order of the list.

    Raises:
        GanpipeError: a line is not a name and 0, 1 or 2.
    """
    parts: dict[str, list[str]] = {split: [] for split in _SPLITS.values()}
    for number, line in enumerate(_lines(path), start=1):
        words = line.split()
        if len(words) != 2 or not _NAME.fullmatch(words[0]) or words[1] not in _SPLITS:
            raise GanpipeError(f"{path}, line {number}: expected an image and 0, 1 or 2, got {line[:40]!r}")
        parts[_SPLITS[words[1]]].append(words[0])
    del parts["validation"]
    for split, names in parts.items():
        if not names:
            raise GanpipeError(f"{path}: names no {split} images")
    return parts


def read_attributes(path: Path, chosen: Sequence[str]) -> dict[str, int]:
    """Name of each image -> its label: the first chosen attribute counts 1 where it holds, the second 2, and so on.

    Raises:
        GanpipeError: a chosen attribute is not in the list, or a line is malformed.
    """
    lines = _lines(path)
    known = lines[1].split() if len(lines) > 1 else []
    for name in chosen:
        if name not in known:
            raise GanpipeError(f"{path}: has no attribute {name!r}{suggestion(name, known)}")
    columns = [1 + known.index(name) for name in chosen]
    labels = {}
    for number, line in enumerate(lines[2:], start=3):
        words = line.split()
        if len(words) != 1 + len(known) or not set(words[1:]) <= {"1", "-1"}:
            raise GanpipeError(f"{path}, line {number}: expected an image and {len(known)} times 1 or -1")
        labels[words[0]] = sum((words[column] == "1") << bit for bit, column in enumerate(columns))
    return labels


def _lines(path: Path) -> list[str]:
    with uncompressed(path) as handle:
        content = handle.read()
    try:
        return content.decode("ascii").splitlines()
    except UnicodeDecodeError:
        raise GanpipeError(f"{path}: not a text file") from None
