"""Every metric over training: the mean of the seeds at each snapshot, with its interval."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ganpipe.evaluation.metrics import METRICS
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, MetricColumn
from ganpipe.reporting.figures import theme
from ganpipe.statistics import estimate


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One row of panels a dataset, one panel a metric."""
    cells = Cells(experiment, metrics)
    widest = max(len(experiment.columns(dataset)) for dataset in experiment.datasets)
    colours = theme.colouring(experiment)
    band = "" if colours.grouped else ", band: 95 % bootstrap interval"
    some_lost = any(
        _lost(cells, dataset, variant, column).any()
        for dataset, variant in experiment.cells
        for column in experiment.columns(dataset)
    )
    hollow = " · hollow: not all runs have a value" if some_lost else ""
    details = f"mean of the seeds at each snapshot{band}{hollow}"
    handles = [Line2D([], [], color=colour, linewidth=2, label=name) for name, colour in colours.legend.items()]
    width = max(7.5, 3.7 * widest + 0.3)
    columns = max(1, int(width * 11.5 / max(len(str(handle.get_label())) + 6 for handle in handles)))
    height = 2.9 * len(experiment.datasets) + 0.25 * np.ceil(len(handles) / columns)
    figure = theme.canvas(experiment, "metrics over training", details, width, height)
    panels = figure.subplots(len(experiment.datasets), widest, squeeze=False)
    for row, dataset in zip(panels, experiment.datasets, strict=True):
        measured = experiment.columns(dataset)
        for axes, column in zip(row, measured, strict=False):
            _panel(axes, colours, cells, dataset, column)
        row[0].set_title(dataset)
        for axes in row[len(measured) :]:
            axes.set_visible(False)
    theme.bottom_legend(figure, handles, columns)
    return figure


def _panel(axes: Axes, colours: theme.Colouring, cells: Cells, dataset: str, column: MetricColumn) -> None:
    metric = METRICS[column.metric]
    drawn: list[NDArray[np.float64]] = []
    for variant, colour in colours.variants.items():
        curve = cells.curve(dataset, variant, column)
        if curve is None:
            continue
        known = [estimate(row[np.isfinite(row)] * metric.scale) for row in curve.values]
        means = np.array([np.nan if each is None else each.mean for each in known])
        bounds = np.array([(each.interval if each else None) or (np.nan, np.nan) for each in known])
        drawn.append(means)
        if colours.grouped:
            axes.plot(curve.steps, means, color=colour, linewidth=1.2, alpha=0.75)
        else:
            axes.fill_between(curve.steps, bounds[:, 0], bounds[:, 1], color=colour, alpha=0.16, linewidth=0)
            axes.plot(curve.steps, means, color=colour, linewidth=2, marker="o", markersize=3)
            drawn.append(bounds)
        lost = _lost(cells, dataset, variant, column)
        if lost.any():
            axes.plot(curve.steps[lost], means[lost], "o", color=colour, markerfacecolor="white", markersize=4)
    floor = cells.floor(dataset, column)
    if floor is not None:
        axes.axhline(floor * metric.scale, **theme.FLOOR)
    theme.metric_axis(axes, "y", metric, drawn)
    theme.step_axis(axes)
    axes.set_xlim(left=0)


def _lost(cells: Cells, dataset: str, variant: str, column: MetricColumn) -> NDArray[np.bool_]:
    """At which snapshots some run of a cell has no value, [steps]."""
    curve = cells.curve(dataset, variant, column)
    if curve is None:
        return np.array([], dtype=bool)
    return np.asarray(np.isfinite(curve.values).sum(axis=1) < cells.headline(dataset, variant, column).planned)
