"""``published.json``: what a publication is, how far it goes, where it was made, and the checksums of its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from ganpipe.files import read_json, write_json
from ganpipe.publishing.record import RunRecord
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec

SUMMARY = "published.json"

FileName = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]
"""Of a file in the publication's own folder: it may be removed when the publication is made anew."""


class Place(Spec):
    """Where runs were trained, of all that provenance records, and how many of them."""

    runs: int
    commit: str | None = None
    dirty: bool | None = None
    ganpipe: str | None = None
    python: str | None = None
    torch: str | None = None
    numpy: str | None = None
    device: str | None = None
    cpu: str | None = None
    cpu_capability: str | None = None


class Summary(Spec):
    """The summary of one publication.

    Attributes:
        finished: runs with all their evaluations, of ``planned``.
        dates: of the first and the last run.
        made: where the runs were trained.
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
    made: tuple[Place, ...]
    pictures: dict[str, str]
    holes: dict[str, tuple[str, ...]] = Field({})
    files: dict[FileName, str]


def places(records: Iterable[RunRecord]) -> tuple[Place, ...]:
    """The distinct places at which runs were trained, most runs first."""
    recorded = Place.model_fields.keys() - {"runs"}
    counts: Counter[Place] = Counter()
    for record in records:
        provenance: Any = record.result["provenance"]
        counts[Place(runs=0, **{key: provenance.get(key) for key in recorded})] += 1
    found = [place.model_copy(update={"runs": count}) for place, count in counts.items()]
    return tuple(sorted(found, key=lambda place: (-place.runs, repr(place))))


def write_summary(folder: Path, summary: Summary) -> None:
    """Write the summary of a publication; equal summaries give equal bytes."""
    write_json(folder / SUMMARY, summary.model_dump(mode="json", by_alias=True))


def read_summary(folder: Path) -> Summary:
    """Read the summary of a publication.

    Raises:
        GanpipeError: it is missing, garbled, or of another version of ganpipe.
    """
    return validated(Summary, read_json(folder / SUMMARY), str(folder / SUMMARY))
