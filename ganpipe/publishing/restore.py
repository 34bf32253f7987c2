"""Restores what is published: every row that this configuration asks for becomes a finished evaluation again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.plan.everything import plan_everything
from ganpipe.plan.experiment import Scale
from ganpipe.plan.settings import SETTINGS, read_settings
from ganpipe.publishing.merge import published_records, require_one_result_a_run
from ganpipe.publishing.put_back import PutBack, put_back
from ganpipe.publishing.record import PUBLISHED, RUNS


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
    # All is read before anything is written: a damaged file restores nothing, nor does one that contradicts another.
    records = {path.parent: published_records(path) for path in found}
    scales = list(dict.fromkeys(folder.parent.name for folder in records))
    for scale in scales:
        if scale not in get_args(Scale):
            raise GanpipeError(f"{results / PUBLISHED / scale}: not a scale; there are {', '.join(get_args(Scale))}")
        require_one_result_a_run({folder: of_one for folder, of_one in records.items() if folder.parent.name == scale})
    restored: list[Restored] = []
    for scale in scales:
        planned = plan_everything(read_settings(config / SETTINGS, {"scale": scale}), config).specs
        specs = {name: entry["spec"] for name, entry in planned["runs"].items()}
        restored += [
            Restored(folder, put_back(of_one.values(), specs, planned["evaluations"], results, str(folder)))
            for folder, of_one in records.items()
            if folder.parent.name == scale and experiment in (None, folder.name)
        ]
    return restored
