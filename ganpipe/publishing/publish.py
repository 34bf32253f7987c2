"""Publishes an experiment: its rows, tables and figures, in ``results/published/<scale>/<experiment>/``.

    runs.jsonl      one line a run: specification, result, provenance, evaluations
    table.*         the table of all published rows that this configuration asks for
    claims.*        the verdicts on the paper's claims, once all runs are there
    <figure>.svg    drawings; pictures of samples are .png
    published.json  how far it goes, where it was made, checksums

``results/published/README.md`` lists all publications.

Rows are merged with those that are published already, by run and evaluation id. Everything else is made from the merged
rows, in a folder that looks as a fresh clone's would after ``ganpipe restore``: so that is what comes out there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.files import replacing, sha256_of
from ganpipe.layout import CLAIMS, EXPERIMENT, RESULT, experiment_folder, run_folder
from ganpipe.plan.figures import FIGURE_KINDS
from ganpipe.plan.index import read_plan, read_spec
from ganpipe.publishing.collect import collect
from ganpipe.publishing.contents import write_contents
from ganpipe.publishing.merge import merge, named, published_records, require_one_result_a_run
from ganpipe.publishing.put_back import put_back
from ganpipe.publishing.record import PUBLISHED, RUNS, RunRecord, published_folder, write_records
from ganpipe.publishing.sample_pictures import holes, published_picture, shown
from ganpipe.publishing.summary import SUMMARY, Summary, places, read_summary, write_summary
from ganpipe.reporting.aggregate import aggregate, read_metrics, write_metrics
from ganpipe.reporting.claims.pages import write_claims
from ganpipe.reporting.experiment import Experiment, FigureRequest, read_description
from ganpipe.reporting.figures.write import write_figures
from ganpipe.reporting.renderers import write_table
from ganpipe.reporting.table import build_table
from ganpipe.training.restored import is_trained_here

Winner = Literal["here", "published"]


@dataclass(frozen=True)
class Publication:
    """What was published.

    Attributes:
        finished: runs with all their evaluations, of ``planned``.
        added: runs that were not published before.
        foreign: published runs that this configuration does not ask for; they stay in ``runs.jsonl``.
        size: of all files, in bytes.
    """

    folder: Path
    finished: int
    planned: int
    added: int
    foreign: int
    size: int


def publish(name: str, results: Path, *, partial: bool = False, prefer: Winner | None = None) -> Publication:
    """Publish an experiment of the plan, together with what is published of it already.

    Args:
        partial: also publish an experiment some of whose runs have not been made.
        prefer: which result counts where a run was published with another than it has here.

    Raises:
        GanpipeError: it is not planned, not finished or made from stand-ins, a file is damaged, or there are two
            results for one id, here or in another publication.
    """
    experiment = _planned_experiment(name, results)
    if experiment.stand_ins:
        origins = ", ".join(each.origin for each in experiment.stand_ins)
        raise GanpipeError(f"{name}: is made from stand-ins for the published {origins}; it says nothing to publish")
    target = published_folder(results, experiment.scale, name)
    with_history = any(FIGURE_KINDS[request.kind].needs_losses for request in experiment.figures)
    rows = {run.run_id: run for run in experiment.rows}
    here = [record for run in rows.values() if (record := collect(run, results, history=with_history))]
    before = _published_before(target)
    sources = (here, before.values()) if prefer == "here" else (before.values(), here)
    merged = merge(*sources)
    if merged.conflicts and prefer is None:
        raise GanpipeError(
            f"{target / RUNS}: {named(merged.conflicts)} published with another result than here; "
            "--prefer here or --prefer published says which counts"
        )
    if prefer is None:
        require_one_result_a_run({target: merged.records, **_published_beside(target)})
    measured = _measured(experiment, merged.records)
    finished = sum(set(rows[run.run_id].evaluations) == set(run.evaluations) for run in measured.rows)
    if not measured.rows or (finished < len(rows) and not partial):
        hint = "; --partial publishes those" if measured.rows else ""
        raise GanpipeError(f"{name} at scale {experiment.scale}: {finished} of {len(rows)} runs are measured{hint}")
    if finished < len(rows):
        note = f"Unfinished: {finished} of {len(rows)} runs. Runs that are still to be made are not counted in any row."
        seeds = tuple(sorted({run.seed for run in measured.rows}))
        measured = measured.model_copy(update={"notes": (*measured.notes, note), "seeds": seeds})
    own = {record.run_id for record in here if prefer == "here" or record.run_id not in merged.conflicts}
    with _as_in_a_fresh_clone(measured, merged.records, own, results, target) as staged, TemporaryDirectory() as made:
        _make(measured, staged, target, Path(made))
        # A verdict is of all the runs that were planned for it, or there is none.
        if finished == len(rows) and (claims := results / experiment.scale / name / CLAIMS).is_file():
            _judge(claims, staged, results, Path(made))
        write_records(Path(made) / RUNS, merged.records.values())
        lacking = {each.file: found for each in _pictures(measured) if (found := holes(each, measured, staged, target))}
        _summarise(measured, merged.records, (finished, len(rows)), lacking, Path(made))
        size = sum(path.stat().st_size for path in Path(made).iterdir())
        _replace(Path(made), target)
    write_contents(results / PUBLISHED)
    added = len(merged.records.keys() - before.keys())
    return Publication(target, finished, len(rows), added, len(merged.records.keys() - rows.keys()), size)


def _planned_experiment(name: str, results: Path) -> Experiment:
    plan = read_plan(results)
    if name not in plan["experiments"]:
        raise GanpipeError(f"{name}: not in the plan{suggestion(name, plan['experiments'])}")
    return read_description(experiment_folder(results, plan["scale"], name) / EXPERIMENT)


def _published_before(target: Path) -> dict[str, RunRecord]:
    return published_records(target / RUNS) if (target / RUNS).is_file() else {}


def _published_beside(target: Path) -> dict[Path, dict[str, RunRecord]]:
    """The records of the other publications of this scale, which may share runs with this one."""
    others = (path.parent for path in sorted(target.parent.glob(f"*/{RUNS}")))
    return {folder: published_records(folder / RUNS) for folder in others if folder != target}


def _measured(experiment: Experiment, records: dict[str, RunRecord]) -> Experiment:
    """The experiment without the runs and evaluations that have no record."""
    rows = []
    for run in experiment.rows:
        record = records.get(run.run_id)
        found = {each.evaluation_id for each in record.evaluations} if record else set()
        evaluations = {key: value for key, value in run.evaluations.items() if value in found}
        if evaluations:
            rows.append(run.model_copy(update={"evaluations": evaluations}))
    return experiment if rows == list(experiment.rows) else experiment.model_copy(update={"rows": tuple(rows)})


@contextmanager
def _as_in_a_fresh_clone(
    experiment: Experiment, records: dict[str, RunRecord], own: set[str], results: Path, target: Path
) -> Iterator[Path]:
    """A folder of results in which all records are restored; runs of ``own`` that are here have their snapshots."""
    with TemporaryDirectory() as folder:
        staged = Path(folder)
        specs = {run.run_id: read_spec(results, "runs", run.run_id)["spec"] for run in experiment.rows}
        evaluations = [name for run in experiment.rows for name in run.evaluations.values()]
        put_back(records.values(), specs, evaluations, staged, str(target))
        for run_id in specs.keys() & own:
            trained = run_folder(results, run_id)
            if is_trained_here(trained):
                for path in (trained / RESULT, *trained.glob("*.safetensors")):
                    (staged / "runs" / run_id / path.name).symlink_to(path.resolve())
        if (results / "datasets").is_dir():
            (staged / "datasets").symlink_to((results / "datasets").resolve())
        yield staged


def _make(experiment: Experiment, staged: Path, target: Path, folder: Path) -> None:
    """The table and the figures, each figure in the one form that is kept."""
    write_metrics(aggregate(experiment, staged), staged / "metrics.parquet")
    metrics = read_metrics(staged / "metrics.parquet")
    write_table(build_table(experiment, metrics), folder)
    instead = partial(published_picture, experiment=experiment, results=staged, published=target)
    write_figures(experiment, metrics, staged, folder, instead)
    for request in experiment.figures:
        # The other form is drawn again where it is restored.
        (folder / f"{request.file}.{'svg' if FIGURE_KINDS[request.kind].needs_generators else 'png'}").unlink()


def _pictures(experiment: Experiment) -> list[FigureRequest]:
    """Those of its figures that are pictures of samples."""
    return [request for request in experiment.figures if FIGURE_KINDS[request.kind].needs_generators]


def _judge(claims: Path, staged: Path, results: Path, folder: Path) -> None:
    """The verdicts on what the paper claims."""
    for name in (CLAIMS, EXPERIMENT):
        shutil.copyfile(claims.with_name(name), staged / name)
    write_claims(staged, results)
    for path in staged.glob("claims.*"):
        if path.name != CLAIMS:
            shutil.copyfile(path, folder / path.name)


def _summarise(
    experiment: Experiment,
    records: dict[str, RunRecord],
    runs: tuple[int, int],
    lacking: dict[str, tuple[str, ...]],
    folder: Path,
) -> None:
    used: list[Any] = [records[run_id] for run_id in dict.fromkeys(run.run_id for run in experiment.rows)]
    dates = sorted(str(record.result["provenance"].get("date")) for record in used)
    summary = Summary(
        experiment=experiment.name,
        title=experiment.title,
        scale=experiment.scale,
        finished=runs[0],
        planned=runs[1],
        seeds=tuple(sorted({run.seed for run in experiment.rows})),
        dates=(dates[0], dates[-1]),
        train_seconds=round(sum(record.result["train_seconds"] for record in used), 1),
        made=places(used),
        pictures={each.file: shown(each, experiment) for each in _pictures(experiment)},
        holes=lacking,
        # Lines may come along in a merge; each has a checksum of its own.
        files={path.name: sha256_of(path) for path in sorted(folder.iterdir()) if path.name != RUNS},
    )
    write_summary(folder, summary)


def _replace(made: Path, target: Path) -> None:
    """Put new files in the place of the old ones; the summary, which vouches for them, last."""
    try:
        old = set(read_summary(target).files)
    except GanpipeError:
        old = set()
    for path in sorted(made.iterdir(), key=lambda path: path.name == SUMMARY):
        with replacing(target / path.name) as temporary:
            shutil.copyfile(path, temporary)
    for name in old - {path.name for path in made.iterdir()}:
        (target / name).unlink(missing_ok=True)
