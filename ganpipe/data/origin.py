"""The files that a dataset is made from: their names, where they are found, and what they must contain."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BufferedIOBase
from pathlib import Path

from ganpipe.errors import GanpipeError


@dataclass(frozen=True)
class Origin:
    """The source files that one or several recipes share."""

    name: str
    """Names the folder of the files, and the entry under ``raw`` in config.yaml that points to a copy of them."""

    files: Mapping[str, str]
    """Name of each file as the mirrors have it -> checksum, ``algorithm:hex``.

    Of a file compressed by gzip the uncompressed bytes count, because mirrors compress differently; an archive
    (``.tar.gz``, ``.zip``) counts as it is.
    """

    mirrors: tuple[str, ...] = ()
    """Addresses to which a file's name is appended, in the order in which they are tried."""

    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name of a file -> whole addresses that are tried after the mirrors."""

    terms: str = ""
    """Licence and terms of use, shown before a download."""

    by_hand: str = ""
    """How to get what no program may fetch; empty where downloading is enough."""

    stands_in: bool = False
    """Whether these are files in the official format that stand in for the published ones."""

    def urls(self, name: str) -> list[str]:
        """Every address of one file, in the order in which they are tried."""
        return [*(mirror + name for mirror in self.mirrors), *self.addresses.get(name, ())]

    @property
    def setting(self) -> str:
        """What to write into config.yaml to use a copy of the files."""
        return f"{'stand_ins' if self.stands_in else 'raw'}: {{{self.name}: FOLDER}}"

    def folder(self, folder: Path | None) -> Path:
        """``folder``, which must have been given.

        Raises:
            GanpipeError: it was not.
        """
        if folder is None:
            raise GanpipeError(f"{self.name}: its source files are needed; set {self.setting}")
        return folder

    def locate(self, name: str, folder: Path | None) -> Path:
        """The path of one file, compressed or not.

        Raises:
            GanpipeError: no folder was given, or the file is in it under neither name.
        """
        folder = self.folder(folder)
        plain = Path(name).stem if _is_compressed(Path(name)) else name
        for path in (folder / name, folder / plain):
            if path.is_file():
                return path
        also = "" if plain == name else ", nor its uncompressed form"
        raise GanpipeError(f"{folder / name}: no such file{also} (see {self.setting})")

    def verified(self, name: str, folder: Path | None) -> Path:
        """The path of one file whose checksum is the expected one.

        Raises:
            GanpipeError: it is missing, unreadable or not the expected file.
        """
        path = self.locate(name, folder)
        verify(path, self.files[name])
        return path


@contextmanager
def uncompressed(path: Path) -> Iterator[BufferedIOBase]:
    """Open a source file for reading, through gzip when its name ends in ``.gz`` and it is not a ``.tar.gz``.

    Raises:
        GanpipeError: the file is missing, unreadable or damaged, also when that shows only while it is being read.
    """
    try:
        with gzip.open(path) if _is_compressed(path) else path.open("rb") as handle:
            yield handle
    except (OSError, EOFError, zlib.error) as error:
        raise GanpipeError(f"{path}: cannot be read ({error})") from None


def verify(path: Path, expected: str) -> None:
    """Compare a file's content, as :attr:`Origin.files` counts it, with a checksum (``algorithm:hex``).

    Raises:
        GanpipeError: they differ, or the file cannot be read.
    """
    algorithm, wanted = expected.split(":")
    found, size = _digest(path, algorithm)
    if found != wanted:
        raise GanpipeError(
            f"{path}: not the expected file, or not all of it "
            f"({algorithm} {found} of {size:,} bytes, expected {wanted})"
        )


def checksum(path: Path) -> str:
    """The SHA-256 of a file's content, in the form and in the sense of :attr:`Origin.files`.

    Raises:
        GanpipeError: the file cannot be read.
    """
    return f"sha256:{_digest(path, 'sha256')[0]}"


def _digest(path: Path, algorithm: str) -> tuple[str, int]:
    """The digest of a file's uncompressed content, and how many bytes that is."""
    with uncompressed(path) as handle:
        # Machines in FIPS mode refuse MD5 unless told that it guards against accidents only.
        digest = hashlib.file_digest(handle, lambda: hashlib.new(algorithm, usedforsecurity=False))
        return digest.hexdigest(), handle.tell()


def _is_compressed(path: Path) -> bool:
    return path.suffix == ".gz" and path.suffixes[-2:] != [".tar", ".gz"]
