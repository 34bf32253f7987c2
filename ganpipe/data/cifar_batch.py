"""Reads the batches of CIFAR without running them.

They are pickles of Python 2 (protocol 2), and a pickle is a program that may call anything. This reader knows the
instructions of which official batches are made, and turns those that would call or import something into inert
:class:`Call` values; everything else is refused. Only the three names that an array of bytes needs may occur.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from ganpipe.data.archive import read_exactly
from ganpipe.errors import GanpipeError

_RECONSTRUCT, _NDARRAY, _DTYPE = b"numpy.core.multiarray _reconstruct", b"numpy ndarray", b"numpy dtype"
_MARK = object()
_PIXELS = 3 * 32 * 32


@dataclass(frozen=True)
class Name:
    """Something that the pickle would import."""

    text: bytes


@dataclass
class Call:
    """Something that the pickle would call, and what it would set afterwards."""

    function: Any
    arguments: Any
    state: Any = None


def read_batch(handle: IO[bytes], label_key: bytes, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels of one batch.

    Args:
        label_key: ``labels``, ``fine_labels`` or ``coarse_labels``.
        where: named in errors.

    Returns:
        uint8 [n, 3, 32, 32] and uint8 [n].

    Raises:
        GanpipeError: it is truncated, not of this form, or lacks a key.
    """
    try:
        content = _Reader(handle, where).read()
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, struct.error) as error:
        raise GanpipeError(f"{where}: not a batch of CIFAR ({type(error).__name__}: {error})") from None
    if not isinstance(content, dict):
        raise GanpipeError(f"{where}: not a batch of CIFAR, which would be a dictionary")
    for key in (b"data", label_key):
        if key not in content:
            raise GanpipeError(f"{where}: has no key {key.decode()!r}")
    images, labels = _array(content[b"data"], where), content[label_key]
    if not isinstance(labels, list) or not all(type(label) is int and 0 <= label < 256 for label in labels):
        raise GanpipeError(f"{where}: {label_key.decode()}: not a list of small whole numbers")
    if len(labels) != len(images):
        raise GanpipeError(f"{where}: {len(images)} images have {len(labels)} labels")
    return images, np.array(labels, np.uint8)


def _array(value: Any, where: str) -> np.ndarray:
    """What NumPy would have rebuilt: rows of bytes, all red values first, then green, then blue."""
    match value:
        case Call(
            Name(text=function),
            (Name(text=kind), (0,), b"b"),
            (1, (int(rows), columns), Call(Name(text=dtype), (b"u1", _, _)), False, bytes(content)),
        ) if (function, kind, dtype, columns) == (_RECONSTRUCT, _NDARRAY, _DTYPE, _PIXELS):
            if len(content) == rows * _PIXELS:
                return np.frombuffer(content, np.uint8).reshape(rows, 3, 32, 32)
    raise GanpipeError(f"{where}: data: not an array of bytes with {_PIXELS} columns")


class _Reader:
    """The stack machine of pickles, as far as batches of CIFAR use it."""

    def __init__(self, handle: IO[bytes], where: str) -> None:
        self._handle, self._where = handle, where
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def read(self) -> Any:
        """The value that the pickle describes."""
        while (code := self._take(1)) != b".":
            instruction = _INSTRUCTIONS.get(code)
            if instruction is None:
                raise GanpipeError(f"{self._where}: holds the pickle instruction {code!r}, which no batch of CIFAR has")
            instruction(self)
        return self._stack.pop()

    def _take(self, count: int) -> bytes:
        return read_exactly(self._handle, count, self._where)

    def _number(self, form: str) -> int:
        (number,) = struct.unpack(form, self._take(struct.calcsize(form)))
        return int(number)

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _since_mark(self) -> list[Any]:
        for index in range(len(self._stack) - 1, -1, -1):
            if self._stack[index] is _MARK:
                values = self._stack[index + 1 :]
                del self._stack[index:]
                return values
        raise ValueError("nothing was marked")

    def _last(self, count: int) -> tuple[Any, ...]:
        return tuple(reversed([self._stack.pop() for _ in range(count)]))

    def _name(self) -> None:
        text = b" ".join(self._handle.readline(80).rstrip(b"\n") for _ in range(2))
        if text not in (_RECONSTRUCT, _NDARRAY, _DTYPE):
            raise GanpipeError(f"{self._where}: asks for {text.decode('latin-1')!r}, which no batch of CIFAR does")
        self._push(Name(text))

    def _call(self) -> None:
        function, arguments = self._last(2)
        self._push(Call(function, arguments))

    def _set_state(self) -> None:
        call, state = self._last(2)
        call.state = state
        self._push(call)

    def _extend(self) -> None:
        values = self._since_mark()
        self._stack[-1].extend(values)

    def _append(self) -> None:
        value = self._stack.pop()
        self._stack[-1].append(value)

    def _set_items(self, values: list[Any]) -> None:
        self._stack[-1].update(zip(values[::2], values[1::2], strict=True))

    def _protocol(self) -> None:
        if (version := self._number("<B")) != 2:
            raise GanpipeError(f"{self._where}: pickle protocol {version}, where batches of CIFAR have 2")

    def _remember(self, form: str) -> None:
        self._memo[self._number(form)] = self._stack[-1]


_INSTRUCTIONS: dict[bytes, Callable[[_Reader], None]] = {
    b"\x80": _Reader._protocol,
    b"(": lambda reader: reader._push(_MARK),
    b"N": lambda reader: reader._push(None),
    b"\x88": lambda reader: reader._push(True),
    b"\x89": lambda reader: reader._push(False),
    b"K": lambda reader: reader._push(reader._number("<B")),
    b"M": lambda reader: reader._push(reader._number("<H")),
    b"J": lambda reader: reader._push(reader._number("<i")),
    b"U": lambda reader: reader._push(reader._take(reader._number("<B"))),
    b"T": lambda reader: reader._push(reader._take(reader._number("<I"))),
    b"}": lambda reader: reader._push({}),
    b"]": lambda reader: reader._push([]),
    b")": lambda reader: reader._push(()),
    b"\x85": lambda reader: reader._push(reader._last(1)),
    b"\x86": lambda reader: reader._push(reader._last(2)),
    b"\x87": lambda reader: reader._push(reader._last(3)),
    b"t": lambda reader: reader._push(tuple(reader._since_mark())),
    b"a": _Reader._append,
    b"e": _Reader._extend,
    b"s": lambda reader: reader._set_items(list(reader._last(2))),
    b"u": lambda reader: reader._set_items(reader._since_mark()),
    b"c": _Reader._name,
    b"R": _Reader._call,
    b"b": _Reader._set_state,
    b"q": lambda reader: reader._remember("<B"),
    b"r": lambda reader: reader._remember("<I"),
    b"h": lambda reader: reader._push(reader._memo[reader._number("<B")]),
    b"j": lambda reader: reader._push(reader._memo[reader._number("<I")]),
}
