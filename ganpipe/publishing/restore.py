"""Restores what is published: every row that this configuration asks for becomes a finished evaluation again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.plan.everything import plan_everything
from ganpipe.plan.experiment import Scale
from ganpipe.plan.settings import SETTINGS, read_settings
from ganpipe.publishing.merge import merge, named, published_records
from ganpipe.publishing.put_back import PutBack, put_back
from ganpipe.publishing.record import PUBLISHED, RUNS, RunRecord


@dataclass(frozen=True)
class Restored:
    """What became of one publication."""

    folder: Path
    runs: PutBack


def restore(results: Path, config: Path, experiment: str | None = None) -> list[Restored]:
    """Put back the rows of all publications, or of one experiment's, at every scale.

    They are put back where this version of the package plans the same runs from ``config``; ids that it does not plan
    are counted and left alone.

    Raises:
        GanpipeError: nothing is published, a file is damaged, two publications disagree about a run, or the
            configuration is wrong.
    """
    found = sorted((results / PUBLISHED).glob(f"*/*/{RUNS}"))
    names = sorted({path.parent.name for path in found})
    if experiment is not None and experiment not in names:
        raise GanpipeError(f"{experiment}: not published in {results / PUBLISHED}{suggestion(experiment, names)}")
    if not found:
        raise GanpipeError(f"{results / PUBLISHED}: nothing is published there")
    chosen = [path for path in found if experiment in (None, path.parent.name)]
    # All is read before anything is written: a damaged file restores nothing.
    records = {path.parent: published_records(path) for path in chosen}
    restored: list[Restored] = []
    for scale in dict.fromkeys(folder.parent.name for folder in records):
        if scale not in get_args(Scale):
            raise GanpipeError(f"{results / PUBLISHED / scale}: not a scale; there are {', '.join(get_args(Scale))}")
        _require_one_result_a_run({path.parent: published_records(path) for path in found if path.parts[-3] == scale})
        planned = plan_everything(read_settings(config / SETTINGS, {"scale": scale}), config).specs
        specs = {name: entry["spec"] for name, entry in planned["runs"].items()}
        restored += [
            Restored(folder, put_back(of_one.values(), specs, planned["evaluations"], results, str(folder)))
            for folder, of_one in records.items()
            if folder.parent.name == scale
        ]
    return restored


def _require_one_result_a_run(publications: Mapping[Path, Mapping[str, RunRecord]]) -> None:
    """Experiments share runs, and a row must not be of two trainings of one.

    Raises:
        GanpipeError: two publications have different results for a run.
    """
    conflicts = merge(*(records.values() for records in publications.values())).conflicts
    if conflicts:
        places = " and ".join(str(folder) for folder, records in publications.items() if conflicts[0] in records)
        raise GanpipeError(f"{places}: {named(conflicts)} published with two results; publish again what is older")
