"""``published.json``: what a publication is, how far it goes, where it was made, and the checksums of its files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, JsonValue

from ganpipe.files import read_json, write_json
from ganpipe.publishing.record import RunRecord
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec

SUMMARY = "published.json"

PLACE = ("commit", "dirty", "ganpipe", "python", "torch", "numpy", "device", "cpu", "cpu_capability")
"""What makes a place, of all that provenance records."""


class Summary(Spec):
    """The summary of one publication.

    Attributes:
        finished: runs with all their evaluations, of ``planned``.
        dates: of the first and the last run.
        made: where the runs were trained: commit, versions and hardware, with the number of ``runs``.
        pictures: digest of what each picture of samples shows.
        holes: the runs that it should show and does not, because their generators were elsewhere.
        files: SHA-256 of every other file beside this one.
    """

    schema_version: Literal[1] = Field(1, alias="schema")
    experiment: str
    title: str
    scale: str
    finished: int
    planned: int
    seeds: tuple[int, ...]
    dates: tuple[str, ...]
    train_seconds: float
    made: tuple[dict[str, JsonValue], ...]
    pictures: dict[str, str]
    holes: dict[str, tuple[str, ...]] = Field({})
    files: dict[str, str]


def places(records: Iterable[RunRecord]) -> tuple[dict[str, Any], ...]:
    """The distinct places at which runs were trained, most runs first."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        provenance: Any = record.result["provenance"]
        place = {key: provenance.get(key) for key in PLACE}
        found.setdefault(repr(place), {"runs": 0, **place})["runs"] += 1
    return tuple(sorted(found.values(), key=lambda place: (-place["runs"], repr(place))))


def write_summary(folder: Path, summary: Summary) -> None:
    """Write the summary of a publication; equal summaries give equal bytes."""
    write_json(folder / SUMMARY, summary.model_dump(mode="json", by_alias=True))


def read_summary(folder: Path) -> Summary:
    """Read the summary of a publication.

    Raises:
        GanpipeError: it is missing, garbled, or of another version of ganpipe.
    """
    return validated(Summary, read_json(folder / SUMMARY), str(folder / SUMMARY))
