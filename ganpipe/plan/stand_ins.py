"""Stand-ins for published files as the settings name them, and what tables say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganpipe.data.dataset import Dataset
from ganpipe.data.stand_ins import Checksums, StandIns, checksums_in, stood_in_for
from ganpipe.evaluation.presets import ORIGINS
from ganpipe.evaluation.protocols.protocol import Protocol


def read_stand_ins(folders: Mapping[str, str]) -> tuple[StandIns, dict[str, str]]:
    """The stand-ins in some folders, and the checksum of each file by its path.

    Args:
        folders: name of an origin -> folder that holds stand-ins for its files.

    Raises:
        GanpipeError: a file is missing or unreadable.
    """
    stand_ins: dict[str, Checksums] = {}
    paths: dict[str, str] = {}
    for name, place in folders.items():
        origin, folder = replace(ORIGINS[name], stands_in=True), Path(place).expanduser()
        stand_ins[name] = checksums_in(origin, folder)
        paths |= {str(origin.locate(file, folder)): sum for file, sum in stand_ins[name].items()}
    return stand_ins, paths


def described(
    datasets: Iterable[tuple[str, Dataset]], protocols: Iterable[tuple[str, Protocol]]
) -> list[dict[str, Any]]:
    """What is made from stand-ins: for each origin its datasets and its protocols, all of them by name."""
    found: dict[str, dict[str, Any]] = {}
    for kind, parts in (("datasets", datasets), ("protocols", protocols)):
        for name, part in dict(parts).items():
            for origin in stood_in_for(part):
                entry = found.setdefault(origin, {"origin": origin, "datasets": [], "protocols": []})
                entry[kind].append(name)
    return list(found.values())
