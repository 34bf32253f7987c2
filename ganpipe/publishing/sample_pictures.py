"""Pictures of samples of an experiment some of whose runs are elsewhere.

Most figures are drawn from numbers, which are restored. Pictures of samples need the generators, which are not: such a
picture is the published one as long as it shows the runs that it should, among them all that could be shown here, and
is drawn without the panels of restored runs otherwise.
"""

from __future__ import annotations

from pathlib import Path

from ganpipe.errors import GanpipeError
from ganpipe.files import sha256_of
from ganpipe.layout import run_folder
from ganpipe.plan.figures import FIGURE_KINDS
from ganpipe.publishing.summary import SUMMARY, read_summary
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.spec.part import digest
from ganpipe.training.restored import is_restored


def shown(request: FigureRequest, experiment: Experiment) -> str:
    """A digest of what a picture of samples shows: the runs and the words."""
    runs = [[*cell, runs[0].run_id] for cell, runs in experiment.cells.items()]
    return digest({"figure": request.model_dump(exclude_defaults=True), "title": experiment.title, "runs": runs})


def published_picture(request: FigureRequest, experiment: Experiment, results: Path, published: Path) -> Path | None:
    """The published PNG that stands for a figure which cannot be drawn here; None where it can, or none fits.

    Raises:
        GanpipeError: the picture is not the one that was published.
    """
    absent = _without_generator(experiment, results)
    if not FIGURE_KINDS[request.kind].needs_generators or not absent or not (published / SUMMARY).is_file():
        return None
    summary, path = read_summary(published), published / f"{request.file}.png"
    if summary.pictures.get(request.file) != shown(request, experiment):
        return None
    if not set(summary.holes.get(request.file, ())) <= set(absent):
        return None
    if not path.is_file() or sha256_of(path) != summary.files.get(path.name):
        raise GanpipeError(f"{path}: missing or damaged; `git checkout` brings back what was published")
    return path


def holes(request: FigureRequest, experiment: Experiment, results: Path, published: Path) -> tuple[str, ...]:
    """The runs that a picture should show and does not, be it drawn here or the published one."""
    if published_picture(request, experiment, results, published):
        return read_summary(published).holes.get(request.file, ())
    return _without_generator(experiment, results)


def _without_generator(experiment: Experiment, results: Path) -> tuple[str, ...]:
    """Of the runs that are shown, one of each cell, those whose generators are elsewhere."""
    first = [runs[0].run_id for runs in experiment.cells.values()]
    return tuple(run_id for run_id in first if is_restored(run_folder(results, run_id)))
