"""Marginal effects of an ablation: each level of each axis, averaged over everything else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.metrics import METRICS
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Axis, Experiment, FigureRequest, MetricColumn, text_of
from ganpipe.reporting.figures import request as asked
from ganpipe.reporting.figures import theme
from ganpipe.statistics import marginal_effect

LABEL = 14
"""Letters of a level before it is broken."""


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One row of panels a dataset and metric, one panel an axis; panels of a row share their scale.

    Raises:
        GanpipeError: the experiment varies nothing, or does not measure the requested metric.
    """
    cells = Cells(experiment, metrics)
    factors = experiment.factors
    if not factors:
        raise GanpipeError(f"{experiment.name}: figure {request.file}: there is one method and no axis to average over")
    wanted = asked.metrics(experiment, request)
    rows = [
        (dataset, column)
        for dataset in experiment.datasets
        for column in experiment.columns(dataset)
        if column in wanted
    ]
    widths = [_width(factor) for factor in factors]
    details = "mean over all cells at a level · 95 % interval: seeds resampled within cells" + theme.lost_note(cells)
    width = max(7.5, sum(widths) + 0.3 * len(factors) + 0.9)
    figure = theme.canvas(experiment, "marginal effects", details, width, 2.7 * len(rows) + 0.2)
    panels = figure.subplots(len(rows), len(factors), squeeze=False, sharey="row", width_ratios=widths)
    for places, (dataset, column) in zip(panels, rows, strict=True):
        for axes, factor in zip(places, factors, strict=True):
            _panel(axes, experiment, cells, dataset, column, factor)
            if axes is not places[0]:
                axes.set_ylabel("")
                axes.tick_params(axis="y", length=0)
        if column is next(each for each in experiment.columns(dataset) if each in wanted):
            places[0].set_title(dataset)
    return figure


def _width(factor: Axis) -> float:
    """Inches that the labels of a panel need."""
    words = [word for level in factor.values for word in theme.wrapped(text_of(level), LABEL).split("\n")]
    return max(1.6, len(factor.values) * max(0.6, 0.095 * max(map(len, words)) + 0.15))


def _panel(axes: Axes, experiment: Experiment, cells: Cells, dataset: str, column: MetricColumn, factor: Axis) -> None:
    metric = METRICS[column.metric]
    drawn: list[NDArray[np.float64]] = []
    line: list[float] = []
    for place, level in enumerate(factor.values):
        pooled = cells.at(dataset, column, {factor.field: level})
        effect = marginal_effect([cell.values for cell in pooled])
        line.append(effect.mean * metric.scale if effect else np.nan)
        if effect and effect.interval:
            drawn.append(np.array(effect.interval) * metric.scale)
            axes.plot([place] * 2, drawn[-1], color=theme.INK, linewidth=3, zorder=3)
        axes.plot(place, line[-1], "o", color=theme.INK, markersize=9, markeredgecolor="white", zorder=4)
        kept, planned = sum(cell.values.size for cell in pooled), sum(cell.planned for cell in pooled)
        if kept < planned:
            above = {"xycoords": ("data", "axes fraction"), "ha": "center", "va": "top"}
            axes.annotate(f"{kept}/{planned}", (place, 1), color=theme.WARNING, fontsize=9, **above)  # type: ignore[arg-type]
    if all(isinstance(level, int | float) for level in factor.values):
        axes.plot(range(len(line)), line, color=theme.INK, linewidth=1, alpha=0.35, zorder=2)
    axes.set_xticks(range(len(line)), [theme.wrapped(text_of(level), LABEL) for level in factor.values])
    axes.set_xlim(-0.5, len(line) - 0.5)
    axes.set_xlabel(theme.sentence(factor.label))
    axes.margins(y=0.15)
    theme.metric_axis(axes, "y", metric, [*drawn, line])
