"""The files that a dataset is made from: their names, where they are found, and what they must contain."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from ganpipe.errors import GanpipeError


@dataclass(frozen=True)
class Origin:
    """The source files that one or several recipes share."""

    name: str
    """Names the folder of the files, and the configuration key ``<name>_dir`` that points to a copy of them."""

    files: Mapping[str, str]
    """Name of each file as the mirrors have it -> checksum of its uncompressed bytes, ``algorithm:hex``."""

    mirrors: tuple[str, ...]
    """Addresses to which a file's name is appended, in the order in which they are tried."""

    def locate(self, name: str, folder: Path | None) -> Path:
        """The path of one file, compressed or not.

        Raises:
            GanpipeError: no folder was given, or the file is in it under neither name.
        """
        if folder is None:
            raise GanpipeError(f"{self.name}: its source files are needed; set {self.name}_dir to their folder")
        for path in (folder / name, folder / name.removesuffix(".gz")):
            if path.is_file():
                return path
        raise GanpipeError(f"{folder / name}: no such file, nor its uncompressed form (see {self.name}_dir)")


@contextmanager
def uncompressed(path: Path) -> Iterator[BufferedIOBase]:
    """Open a source file for reading, through gzip when its name ends in ``.gz``.

    Raises:
        GanpipeError: the file is missing, unreadable or damaged, also when that shows only while it is being read.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as handle:
            yield handle
    except (OSError, EOFError, zlib.error) as error:
        raise GanpipeError(f"{path}: cannot be read ({error})") from None


def verify(path: Path, checksum: str) -> None:
    """Compare a file's uncompressed bytes with ``checksum`` (``algorithm:hex``).

    Raises:
        GanpipeError: they differ, or the file cannot be read.
    """
    algorithm, expected = checksum.split(":")
    with uncompressed(path) as handle:
        # Machines in FIPS mode refuse MD5 unless told that it guards against accidents only.
        digest = hashlib.file_digest(handle, lambda: hashlib.new(algorithm, usedforsecurity=False))
    if digest.hexdigest() != expected:
        raise GanpipeError(f"{path}: not the expected file ({algorithm} {digest.hexdigest()}, expected {expected})")
