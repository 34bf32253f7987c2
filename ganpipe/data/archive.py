"""Reading from archives without extracting them: damage is one line, and no name in one leads outside."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from ganpipe.errors import GanpipeError

_DAMAGE = (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile, NotImplementedError)


class Files(Protocol):
    """Files that are read by name from several threads."""

    def read(self, name: str) -> bytes:
        """The content of a file.

        Raises:
            GanpipeError: there is none of that name, or it is damaged.
        """


class FolderFiles:
    """Files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes:
        path = self._folder / name
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise GanpipeError(f"{path}: no such file") from None
        except OSError as error:
            raise GanpipeError(f"{path}: cannot be read ({error})") from None


class ZipFiles:
    """Files of a zip archive, which may leave out the folder ``root`` that their names begin with."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, root: str) -> None:
        self._path, self._archive, self._root = path, archive, root
        self._names = frozenset(archive.namelist())

    def read(self, name: str) -> bytes:
        try:
            return self._archive.read(name if name in self._names else name.removeprefix(f"{self._root}/"))
        except KeyError:
            raise GanpipeError(f"{self._path}: {name} is not in it") from None
        # zipfile has nothing more special for an encrypted file.
        except (*_DAMAGE, RuntimeError) as error:
            raise GanpipeError(f"{self._path}: {name} cannot be read ({error})") from None


@contextmanager
def zip_files(path: Path, root: str) -> Iterator[ZipFiles]:
    """Open a zip archive.

    Args:
        root: folder that the names of its files begin with, whether it is in the archive or not.

    Raises:
        GanpipeError: it is damaged, or a name in it leads outside.
    """
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise GanpipeError(f"{path}: not a whole zip archive ({error})") from None
    with archive:
        for name in archive.namelist():
            _refuse_outside(name, path)
        yield ZipFiles(path, archive, root)


@contextmanager
def tar_members(path: Path, wanted: Collection[str]) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The wanted files of a ``.tar.gz``, in the order in which they are stored, each to be read before the next.

    Raises:
        GanpipeError: the archive is damaged, lacks a wanted file, or holds a name that leads outside; also when that
            shows only while a file is being read.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            yield _members(path, archive, set(wanted))
    except _DAMAGE as error:
        raise GanpipeError(f"{path}: not a whole archive ({error})") from None


def _members(path: Path, archive: tarfile.TarFile, missing: set[str]) -> Iterator[tuple[str, IO[bytes]]]:
    for member in archive:
        _refuse_outside(member.name, path)
        handle = archive.extractfile(member) if member.name in missing else None
        if handle is not None:
            missing.remove(member.name)
            yield member.name, handle
    if missing:
        raise GanpipeError(f"{path}: {min(missing)} is not in it")


def read_exactly(handle: IO[bytes], count: int, where: str) -> bytes:
    """``count`` bytes.

    Raises:
        GanpipeError: the file ends before.
    """
    content = handle.read(count)
    if len(content) < count:
        raise GanpipeError(f"{where}: ends too early")
    return content


def _refuse_outside(name: str, path: Path) -> None:
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts:
        raise GanpipeError(f"{path}: holds {name!r}, which leads outside; not an archive to trust")
