"""Parquet files that are whole or absent, with a checksum in every page: a flipped bit is found when it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ganpipe.errors import GanpipeError
from ganpipe.files import replacing

VERSION_KEY = b"ganpipe_schema"
"""Where the metadata of every file say which version of its columns it has."""


def write_parquet(table: pa.Table, path: Path, *, compression: str = "snappy") -> None:
    """Write ``table`` to ``path`` in one step; equal tables give equal bytes."""
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression=compression, write_page_checksum=True)


def read_parquet(path: Path) -> pa.Table:
    """Read a whole Parquet file, its metadata kept.

    Raises:
        GanpipeError: the file is missing, damaged or no Parquet file.
    """
    with _naming(path):
        # Thousands of small files are read: handing one to other threads costs as much as reading it.
        return pq.ParquetFile(path, page_checksum_verification=True).read(use_threads=False)


def read_schema(path: Path) -> pa.Schema:
    """Read the columns and the metadata of a Parquet file, and none of its rows.

    Raises:
        GanpipeError: the file is missing, damaged at its end or no Parquet file.
    """
    with _naming(path):
        return pq.read_schema(path)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    if not path.is_file():
        raise GanpipeError(f"{path}: no such file")
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        raise GanpipeError(f"{path}: damaged or no Parquet file ({str(error).splitlines()[0]})") from None
