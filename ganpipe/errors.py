"""Errors that are the user's to mend. The command line prints them as one line, without a traceback."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class GanpipeError(Exception):
    """Bad input: the message names the file, the key and what was expected, in one line."""


def suggestion(name: str, known: Iterable[str]) -> str:
    """What a mistyped name may have meant, as the end of a sentence."""
    names = sorted(known)
    if close := get_close_matches(name, names, n=1):
        return f"; did you mean {close[0]}?"
    return f"; known are {', '.join(names)}" if names else ""
