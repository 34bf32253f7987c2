"""Writes the figures of an experiment."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from PIL import Image

from ganpipe.files import replacing, write_text
from ganpipe.plan.figures import FIGURE_KINDS
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import NUMBERS, draw, save


def write_figures(
    experiment: Experiment,
    metrics: pd.DataFrame,
    results: Path,
    folder: Path,
    instead: Callable[[FigureRequest], Path | None],
) -> None:
    """Write every figure of an experiment into ``folder``, as SVG and PNG, with a CSV where it comes with numbers.

    Args:
        metrics: as ``aggregate.read_metrics`` returns it.
        results: the folder of all results, for figures that look into runs.
        instead: finds the PNG that stands for a figure which cannot be drawn here; None for one that is to be drawn.

    Raises:
        GanpipeError: a figure cannot be drawn, or ``instead`` finds a damaged picture.
    """
    for request in experiment.figures:
        if picture := instead(request):
            _copy(picture, folder / request.file)
        else:
            save(draw(request, experiment, metrics, results), folder / request.file)
        if FIGURE_KINDS[request.kind].has_numbers:
            write_text(folder / f"{request.file}.csv", NUMBERS[request.kind](request, experiment, metrics))


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
