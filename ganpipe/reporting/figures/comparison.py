"""All methods side by side: means with intervals, every seed, the paper's number and what an ideal sampler scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ganpipe.evaluation.metrics import METRICS
from ganpipe.reporting import notes
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, MetricColumn
from ganpipe.reporting.figures import theme

GOLDEN = 0.618034
"""Multiples of it fill an interval evenly, so seeds with equal values stay apart without a random jitter."""

NAME = 36
"""Letters of a name before it is broken."""

DIAMOND = {"marker": "D", "markersize": 6.5, "markerfacecolor": "white", "markeredgecolor": theme.INK, "linestyle": ""}


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One row of panels a dataset, one panel a metric."""
    cells = Cells(experiment, metrics)
    shown = {dataset: experiment.shown_variants(dataset) for dataset in experiment.datasets}
    widest = max(len(experiment.columns(dataset)) for dataset in experiment.datasets)
    longest = min(NAME, max(len(variant) for variants in shown.values() for variant in variants))
    heights = [0.95 + (0.46 if len(variants) <= 20 else 0.3) * len(variants) for variants in shown.values()]
    width = max(7.5, 0.085 * longest + 3.3 * widest)
    details = "mean and 95 % bootstrap interval over seeds" + theme.lost_note(cells)
    figure = theme.canvas(experiment, "comparison", details, width, sum(heights) + 0.4)
    panels = figure.subplots(len(shown), widest, squeeze=False, height_ratios=heights)
    for row, (dataset, variants) in zip(panels, shown.items(), strict=True):
        columns = experiment.columns(dataset)
        for axes, column in zip(row, columns, strict=False):
            _panel(axes, experiment, cells, dataset, column, variants)
            if axes is not row[0]:
                axes.tick_params(labelleft=False)
        row[0].set_title(dataset)
        for axes in row[len(columns) :]:
            axes.set_visible(False)
    theme.bottom_legend(figure, _legend(experiment, cells), columns=4)
    return figure


def _panel(
    axes: Axes, experiment: Experiment, cells: Cells, dataset: str, column: MetricColumn, variants: list[str]
) -> None:
    metric = METRICS[column.metric]
    colours = theme.colouring(experiment).variants
    drawn: list[float] = []
    for place, variant in enumerate(variants):
        cell = cells.headline(dataset, variant, column)
        colour = colours.get(variant, theme.INK)
        values = cell.values * metric.scale
        offsets = 0.26 + 0.16 * ((GOLDEN * np.arange(values.size)) % 1 - 0.5)
        axes.scatter(values, place + offsets, s=15, color=colour, alpha=0.55, linewidths=0, zorder=3)
        drawn += values.tolist()
        if known := cell.estimate:
            if known.interval:
                ends = np.array(known.interval) * metric.scale
                axes.plot(ends, [place - 0.08] * 2, color=colour, linewidth=3, zorder=4)
            mean = known.mean * metric.scale
            axes.plot(mean, place - 0.08, "o", color=colour, markersize=8, markeredgecolor="white", zorder=5)
        if number := experiment.reported_values.get((dataset, variant, column.metric)):
            assert number.value is not None
            drawn.append(number.value * metric.scale)
            axes.plot(drawn[-1], place - 0.08, zorder=6, **DIAMOND)  # type: ignore[arg-type]
        if cell.values.size < cell.planned:
            remark = f"{cell.values.size}/{cell.planned}"
            axes.annotate(
                remark, (1, place), (3, 0), ("axes fraction", "data"), "offset points",
                color=theme.WARNING, fontsize=9, va="center",
            )  # fmt: skip
    floor = cells.floor(dataset, column)
    if floor is not None:
        axes.axvline(floor * metric.scale, zorder=1, **theme.FLOOR)
    axes.set_ylim(len(variants) - 0.4, -0.6)
    axes.set_yticks(range(len(variants)), [theme.wrapped(variant, NAME) for variant in variants])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    theme.metric_axis(axes, "x", metric, [drawn])
    axes.margins(x=0.07)


def _legend(experiment: Experiment, cells: Cells) -> list[Line2D]:
    mean = {"marker": "o", "markersize": 8, "markeredgecolor": "white", "linewidth": 3, "color": theme.SOFT}
    handles = [
        Line2D([], [], label="mean with interval", **mean),  # type: ignore[arg-type]
        Line2D([], [], marker="o", markersize=4, color=theme.SOFT, alpha=0.55, linestyle="", label="one training seed"),
    ]
    if experiment.reported_values:
        handles.append(Line2D([], [], label=f"reported, {notes.paper_name(experiment)}", **DIAMOND))  # type: ignore[arg-type]
    floors = [cells.floor(dataset, column) for dataset in experiment.datasets for column in experiment.columns(dataset)]
    if any(floor is not None for floor in floors):
        handles.append(Line2D([], [], label="ideal sampler", **theme.FLOOR))
    return handles
