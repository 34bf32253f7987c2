"""What the generators make in the course of training: a row a variant, a column a snapshot.

One run stands for each variant: that of the lowest seed, with the same latents in every column.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import grid, theme
from ganpipe.reporting.figures.panels import show_samples
from ganpipe.reporting.figures.runs import open_lowest_seeds, remark, samples_at

MOST = 6
"""Columns. Of a run with more snapshots the latest are shown."""
SIDE = 3
"""Pictures along each side of a panel: as many as a PNG can show with all their pixels, at 64x64."""
SIZE = 1.75
"""Of a panel, in inches."""


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """A block of rows a dataset. Where the steps of a row are not those of the first, they stand above its panels."""
    blocks, omitted = grid.blocks(experiment)
    runs = open_lowest_seeds(blocks, results)
    shown = {
        run.run_id: columns(run.spec.training.snapshot_steps) for opened in runs.values() for run in opened.values()
    }
    widest = max(map(len, shown.values()))
    heights = [SIZE * len(opened) + grid.HEADING for opened in runs.values()]
    figure = theme.canvas(
        experiment,
        "samples over training",
        " · ".join(filter(None, ["run of the lowest seed, not selected", omitted])),
        max(7.5, SIZE * widest + 0.4),
        sum(heights),
    )
    places = figure.add_gridspec(len(runs), 1, height_ratios=heights)
    colours = theme.colouring(experiment).variants
    for index, (dataset, opened) in enumerate(runs.items()):
        inner = places[index].subgridspec(len(opened), widest)
        first = shown[next(iter(opened.values())).run_id]
        for row, (variant, run) in enumerate(opened.items()):
            steps = shown[run.run_id]
            made = [samples_at(run, step, SIDE) if step in run.steps else None for step in steps]
            for column, (step, points) in enumerate(zip(steps, made, strict=True)):
                axes = figure.add_subplot(inner[row, column])
                show_samples(axes, points, run.spec.dataset, colours[variant])
                if row == 0 or steps != first:
                    theme.panel_title(axes, f"step {step:,}", block="" if row or column else dataset)
                if column == 0:
                    axes.set_ylabel(theme.wrapped(variant + remark(run, made[-1]), 14))
    return figure


def columns(steps: Sequence[int]) -> list[int]:
    """The last of these ascending steps and, going back, each that is at most half of the next one shown.

    Early training changes quickly and late training slowly: steps on a logarithmic scale show both.
    """
    found: list[int] = []
    for step in reversed(steps):
        if not found or 2 * step <= found[-1]:
            found.append(step)
    return found[:MOST][::-1]
