"""Stand-ins: small files in the official format, in the place of published ones that a machine cannot hold or fetch.

What reads published files (:class:`FromFiles`) names its stand-ins with their checksums among its settings. So they are
part of the identity of everything that is made from them, and no number of theirs can pass for one of the real files.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from ganpipe.data.origin import Origin, checksum
from ganpipe.spec.part import Spec

Checksums = dict[str, str]
"""Name of each file of an origin -> its checksum, as :attr:`Origin.files` counts it."""
StandIns = Mapping[str, Checksums]
"""Name of an origin -> the files that stand in for its own."""

S = TypeVar("S", bound=Spec)


class FromFiles(Spec):
    """A part that reads published files.

    Attributes:
        stand_ins: name and checksum of each file that it reads in their place, all of them or none.
    """

    stand_ins: tuple[tuple[str, str], ...] = Field(
        (), description="files that are read in place of the published ones: name and checksum of each"
    )

    @property
    @abstractmethod
    def published(self) -> Origin:
        """The published files."""

    @property
    def origin(self) -> Origin:
        """The files that are read, with the checksums that they must have."""
        return replace(self.published, files=dict(self.stand_ins), stands_in=True) if self.stand_ins else self.published


def checksums_in(origin: Origin, folder: Path) -> Checksums:
    """The checksums of the files of ``folder`` that bear the names of an origin's files.

    Raises:
        GanpipeError: one is missing or unreadable.
    """
    return {name: checksum(origin.locate(name, folder)) for name in origin.files}


def standing_in(part: S, stand_ins: StandIns) -> S:
    """``part`` and all parts within it, with stand-ins where they read published files that have some."""
    changes: dict[str, object] = {}
    for name, value in part:
        if isinstance(value, Spec) and (changed := standing_in(value, stand_ins)) is not value:
            changes[name] = changed
    if isinstance(part, FromFiles) and (files := stand_ins.get(part.published.name)):
        changes["stand_ins"] = tuple(files.items())
    return part.model_copy(update=changes) if changes else part


def stood_in_for(part: Spec) -> list[str]:
    """Names of the origins of whose files ``part``, or a part within it, reads stand-ins."""
    own = {part.published.name} if isinstance(part, FromFiles) and part.stand_ins else set()
    return sorted(own.union(*(stood_in_for(value) for _, value in part if isinstance(value, Spec))))
