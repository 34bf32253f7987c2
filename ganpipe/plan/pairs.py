"""Rows of which every two make one more: what becomes of remedies that are applied together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from ganpipe.errors import GanpipeError, suggestion

JOINT = " + "
"""Between two rows in the label of their pair."""

Row = Mapping[str, Any] | str


def with_pairs(rows: Mapping[str, Row], paired: Sequence[str], where: str) -> dict[str, Any]:
    """``rows``, and after them a row for every two of ``paired``.

    A pair that has a row of its own already keeps it, and two rows that contradict each other make none.

    Args:
        rows: label -> preset, or settings by path.
        paired: labels of rows.
        where: the file, for errors.

    Raises:
        GanpipeError: a label is not a row's.
    """
    for label in paired:
        if label not in rows:
            raise GanpipeError(f"{where}: pairs: {label!r} is not a row of `methods`{suggestion(label, rows)}")
    pairs = {
        JOINT.join(two): {**settings(rows[two[0]]), **settings(rows[two[1]])}
        for two in combinations(paired, 2)
        if contradiction(rows, *two) is None
    }
    return {**rows, **{label: row for label, row in pairs.items() if label not in rows}}


def contradiction(rows: Mapping[str, Row], first: str, second: str) -> str | None:
    """A sentence about a setting that two rows want differently; None when they can be laid over each other.

    A group and a part of it count as one setting: whichever came second would undo the other.
    """
    one, other = settings(rows[first]), settings(rows[second])
    for path, value in one.items():
        for another, wanted in other.items():
            same = path == another and value == wanted
            if not same and (f"{path}.".startswith(f"{another}.") or f"{another}.".startswith(f"{path}.")):
                return f"both set {min(path, another, key=len)}, and a run has one"
    return None


def settings(row: Row) -> dict[str, Any]:
    """A row's settings by path; a row that is a preset sets its method."""
    return {"method": row} if isinstance(row, str) else dict(row)


def parts(label: str, rows: Iterable[str]) -> tuple[str, ...]:
    """The two rows that make up a pair; the row itself when it is none."""
    known = set(rows)
    for end in (index for index in range(len(label)) if label.startswith(JOINT, index)):
        two = (label[:end], label[end + len(JOINT) :])
        if known.issuperset(two):
            return two
    return (label,)


def paired_rows(labels: Sequence[str]) -> list[str]:
    """The rows that stand in some pair, in the order of the rows."""
    members = {part for label in labels if len(two := parts(label, labels)) == 2 for part in two}
    return [label for label in labels if label in members]
