"""Arrays that grow piece by piece in files, so that preparing a dataset takes little memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import numpy as np

from ganpipe.files import replacing


@contextmanager
def array_files(folder: Path) -> Iterator[ArrayFiles]:
    """Arrays that become ``<name>.npy`` in ``folder`` when the block ends without an error, and vanish otherwise."""
    with ExitStack() as stack:
        yield ArrayFiles(folder, stack)


class ArrayFiles:
    """Arrays in ``.npy`` files under temporary names.

    Rows are appended with plain writes and not through mapped memory, whose pages would count as the process's own.

    Attributes:
        paths: name of each array -> its temporary file.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.paths: dict[str, Path] = {}
        self._folder, self._stack = folder, stack
        self._handles: dict[str, IO[bytes]] = {}
        self._rows: dict[str, int] = {}
        self._kinds: dict[str, tuple[np.dtype[np.generic], tuple[int, ...]]] = {}

    def append(self, name: str, rows: np.ndarray) -> None:
        """Append ``rows`` [n, ...] to the array called ``name``, of the dtype and row shape of its first rows."""
        if name not in self._handles:
            self.paths[name] = self._stack.enter_context(replacing(self._folder / f"{name}.npy"))
            self._handles[name] = self._stack.enter_context(self.paths[name].open("w+b"))
            self._kinds[name] = (rows.dtype, rows.shape[1:])
            self._rows[name] = 0
            self._write_header(name)
        if (rows.dtype, rows.shape[1:]) != self._kinds[name]:
            raise ValueError(f"{name}: rows of {rows.dtype}{rows.shape[1:]} cannot follow {self._kinds[name]}")
        # Without a copy of the rows, which may be a whole array.
        np.ascontiguousarray(rows).tofile(self._handles[name])
        self._rows[name] += len(rows)

    def finish(self) -> dict[str, np.ndarray]:
        """Complete the files; the arrays, mapped from them (copied on write)."""
        for name, handle in self._handles.items():
            handle.seek(0)
            self._write_header(name)
            handle.flush()
        return {name: np.load(path, mmap_mode="c", allow_pickle=False) for name, path in self.paths.items()}

    def _write_header(self, name: str) -> None:
        """The header of a ``.npy`` file; NumPy pads it so that its length does not depend on the number of rows."""
        dtype, shape = self._kinds[name]
        header = {
            "descr": np.lib.format.dtype_to_descr(dtype),
            "fortran_order": False,
            "shape": (self._rows[name], *shape),
        }
        np.lib.format.write_array_header_1_0(self._handles[name], header)
