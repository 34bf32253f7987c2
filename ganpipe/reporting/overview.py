"""The front page of one scale: what was run and what came out, one section an experiment.

``results/<scale>/index.html`` holds all tables and pictures and needs no other file.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from ganpipe.duration import duration
from ganpipe.files import read_object, write_text
from ganpipe.layout import CLAIMS, EXPERIMENT, RESTORED, RESULT, run_folder
from ganpipe.plan.figures import FIGURE_KINDS
from ganpipe.provenance import commits_text, hardware_text, of_run
from ganpipe.reporting.aggregate import read_metrics
from ganpipe.reporting.experiment import Experiment, FigureRequest, PlannedRun, read_description
from ganpipe.reporting.notes import seeds_text, stand_ins_text
from ganpipe.reporting.renderers.html import page
from ganpipe.reporting.table import Table, build_table
from ganpipe.training.restored import is_restored

FORMATS = ("table.md", "table.csv", "table.tex", "table.html", "metrics.parquet")
OF_CLAIMS = ("claims.md", "claims.tex", "claims.html", "claims.parquet")


@dataclass(frozen=True)
class RunFacts:
    """What a run says about itself; ``result`` is empty for one whose folder is elsewhere."""

    planned: PlannedRun
    result: Mapping[str, Any]
    provenance: Mapping[str, Any]
    diverged: bool

    @property
    def reason(self) -> str:
        """Why it diverged, as far as this machine knows."""
        return str(self.result.get("reason") or "diverged")


@dataclass(frozen=True)
class Picture:
    """A figure of an experiment.

    Attributes:
        png: the picture itself as a data URI, so that the page can be sent alone or stand in a report.
        svg: link relative to the front page.
        width: in inches.
    """

    caption: str
    png: str
    svg: str
    width: float


@dataclass(frozen=True)
class Section:
    """One experiment on the front page."""

    experiment: Experiment
    table: Table
    runs: list[RunFacts]
    pictures: list[Picture]
    files: list[str]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What was run, and where: (term, text)."""
        return [*self.table.facts, *facts_of_runs(self.runs)]

    @property
    def diverged(self) -> list[RunFacts]:
        """Runs that ended early because they could not go on."""
        return [run for run in self.runs if run.diverged]


def write_overview(folder: Path, experiments: Sequence[str], results: Path) -> None:
    """Write the front page of a scale.

    Args:
        folder: of the scale, ``results/<scale>``; the page becomes ``index.html`` in it.
        experiments: names of those to show, in order; each has been aggregated.
        results: the folder of all results, where the runs are.

    Raises:
        GanpipeError: an experiment cannot be read.
    """
    sections = [read_section(folder / name, results) for name in experiments]
    content = {"scale": folder.name, "sections": sections, "facts": _overall(sections)}
    write_text(folder / "index.html", page("overview.html.j2", **content))


def read_section(folder: Path, results: Path) -> Section:
    """Gather one experiment from its folder and from those of its runs."""
    experiment = read_description(folder / EXPERIMENT)
    metrics = read_metrics(folder / "metrics.parquet")
    return Section(
        experiment=experiment,
        table=build_table(experiment, metrics),
        runs=_runs(experiment, metrics, results),
        pictures=[
            _picture(figure, folder) for figure in experiment.figures if (folder / f"{figure.file}.png").is_file()
        ],
        files=[f"{folder.name}/{name}" for name in _formats(folder) if (folder / name).is_file()],
    )


def facts_of_runs(runs: Iterable[RunFacts]) -> list[tuple[str, str]]:
    """Counts, effort and origin of some runs, each run counted once: (term, text), without what is unknown."""
    unique = list({run.planned.run_id: run for run in runs}.values())
    lost = sum(run.diverged for run in unique)
    steps = sorted({int(run.result["steps"]) for run in unique if "steps" in run.result and not run.diverged})
    seconds = [float(run.result["train_seconds"]) for run in unique if "train_seconds" in run.result]
    known = [
        ("Runs", f"{len(unique):,}" + (f", {lost:,} of them diverged" if lost else "")),
        ("Training steps", f"{steps[0]:,}" if len(steps) == 1 else f"{steps[0]:,} to {steps[-1]:,}" if steps else ""),
        ("Training time", duration(sum(seconds)) + _share(len(seconds), len(unique)) if seconds else ""),
        ("Hardware", _distinct(hardware_text(run.provenance) for run in unique)),
        ("Commit", _commits(run.provenance for run in unique)),
        ("Trained", _span(str(run.provenance.get("date", ""))[:10] for run in unique)),
    ]
    return [(term, text) for term, text in known if text]


def _overall(sections: list[Section]) -> list[tuple[str, str]]:
    seeds = {seed for section in sections for seed in section.experiment.seeds}
    stood_in_for = sorted({each.origin for section in sections for each in section.experiment.stand_ins})
    return [
        ("Experiments", str(len(sections))),
        *([("Stand-ins", stand_ins_text(stood_in_for))] if stood_in_for else []),
        ("Training seeds", seeds_text(list(seeds))),
        *facts_of_runs(run for section in sections for run in section.runs),
    ]


def _formats(folder: Path) -> tuple[str, ...]:
    """Pages of claims outlive claims that are taken back, and are not shown then."""
    return (*FORMATS, *OF_CLAIMS) if (folder / CLAIMS).is_file() else FORMATS


def _picture(figure: FigureRequest, folder: Path) -> Picture:
    path = folder / f"{figure.file}.png"
    with Image.open(path) as image:
        # In inches all figures have letters of one size, however wide they are.
        width = image.width / float(image.info.get("dpi", (96, 96))[0])
    png = f"data:image/png;base64,{b64encode(path.read_bytes()).decode()}"
    return Picture(FIGURE_KINDS[figure.kind].caption, png, f"{folder.name}/{figure.file}.svg", round(width, 2))


def _runs(experiment: Experiment, metrics: pd.DataFrame, results: Path) -> list[RunFacts]:
    recorded = dict(zip(metrics["run_id"], metrics["provenance"], strict=True))
    diverged = set(metrics.loc[metrics["status"] == "diverged", "run_id"])
    found = []
    for run in experiment.rows:
        folder = run_folder(results, run.run_id)
        result = _result(folder / (RESTORED if is_restored(folder) else RESULT))
        # Where the folder of a run is elsewhere, its evaluation remembers where it was made.
        provenance = result.get("provenance") or of_run(json.loads(recorded.get(run.run_id, "{}")))
        found.append(RunFacts(run, result, provenance, run.run_id in diverged))
    return found


def _result(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    return read_object(path)


def _commits(provenances: Iterable[Mapping[str, Any]]) -> str:
    text = _distinct(commits_text(each) for each in provenances)
    return f"{text} (+: with uncommitted changes)" if "+" in text else text


def _distinct(texts: Iterable[str]) -> str:
    return "; ".join(sorted({text for text in texts if text}))


def _span(dates: Iterable[str]) -> str:
    known = sorted({date for date in dates if date})
    return " to ".join(dict.fromkeys([known[0], known[-1]])) if known else ""


def _share(known: int, total: int) -> str:
    return "" if known == total else f" (of the {known:,} runs whose folders are here)"
