"""Figures of an experiment some of whose runs are elsewhere.

Most figures are drawn from numbers, which are restored. Pictures of samples need the generators, which are not: such a
picture is the published one as long as it shows the runs that it should, among them all that could be shown here, and
is drawn without the panels of restored runs otherwise.
"""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pandas as pd
from PIL import Image

from ganpipe.errors import GanpipeError
from ganpipe.files import replacing, sha256_of, write_text
from ganpipe.plan.figures import FIGURE_KINDS
from ganpipe.publishing.summary import SUMMARY, read_summary
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import NUMBERS, draw, save
from ganpipe.spec.part import digest
from ganpipe.training.restored import is_restored


def write_figures(experiment: Experiment, metrics: pd.DataFrame, results: Path, published: Path, folder: Path) -> None:
    """Write every figure of an experiment into ``folder``, as SVG and PNG, with a CSV where it comes with numbers.

    Args:
        metrics: as ``aggregate.read_metrics`` returns it.
        published: the folder of the experiment's publication; it need not exist.

    Raises:
        GanpipeError: a figure cannot be drawn, or a published picture is damaged.
    """
    for request in experiment.figures:
        if picture := published_picture(request, experiment, results, published):
            _copy(picture, folder / request.file)
        else:
            save(draw(request, experiment, metrics, results), folder / request.file)
        if FIGURE_KINDS[request.kind].has_numbers:
            write_text(folder / f"{request.file}.csv", NUMBERS[request.kind](request, experiment, metrics))


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
    """The runs that a picture made by :func:`write_figures` should show and does not."""
    if published_picture(request, experiment, results, published):
        return read_summary(published).holes.get(request.file, ())
    return _without_generator(experiment, results)


def _without_generator(experiment: Experiment, results: Path) -> tuple[str, ...]:
    """Of the runs that are shown, one of each cell, those whose generators are elsewhere."""
    first = [runs[0].run_id for runs in experiment.cells.values()]
    return tuple(run_id for run_id in first if is_restored(results / "runs" / run_id))


def _copy(picture: Path, stem: Path) -> None:
    content = picture.read_bytes()
    with Image.open(picture) as image:
        width, height = image.size
        scale = 72 / float(image.info.get("dpi", (72, 72))[0])
    with replacing(stem.with_name(f"{stem.name}.png")) as temporary:
        temporary.write_bytes(content)
    # The samples are pixels in any case; the SVG is the same picture, in the size that it has in print.
    data = b64encode(content).decode()
    write_text(
        stem.with_name(f"{stem.name}.svg"),
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * scale:g}pt" height="{height * scale:g}pt" '
        f'viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" '
        f'href="data:image/png;base64,{data}"/></svg>\n',
    )
