"""One metric over two axes of an ablation, one panel a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ganpipe.evaluation.metrics import METRICS, Metric
from ganpipe.reporting.cells import Cell, Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, text_of
from ganpipe.reporting.figures import request as asked
from ganpipe.reporting.figures import theme
from ganpipe.statistics import marginal_effect


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """Means over seeds, and over the levels of every axis that is not shown. Darker is better, whatever the metric.

    Raises:
        GanpipeError: the request names no metric or axis of the experiment.
    """
    (column,) = asked.metrics(experiment, request)[:1]
    x, y = asked.axis(experiment, request, "x"), asked.axis(experiment, request, "y")
    metric, cells = METRICS[column.metric], Cells(experiment, metrics)
    datasets = [dataset for dataset in experiment.datasets if column in experiment.columns(dataset)]
    others = [axis.label for axis in experiment.factors if axis.field not in (x.field, y.field)]
    details = f"mean over seeds{''.join(f' and {label}' for label in others)} · darker is better"
    width = max(7.0, len(datasets) * (1.0 * len(x.values) + 1.8) + 0.8)
    subject = f"{metric.label.split(' (')[0]} by {y.label} and {x.label}"
    figure = theme.canvas(experiment, subject, details, width, 0.62 * len(y.values) + 1.3)
    panels = figure.subplots(1, len(datasets), squeeze=False)[0]
    for axes, dataset in zip(panels, datasets, strict=True):
        pooled = [[cells.at(dataset, column, {x.field: a, y.field: b}) for a in x.values] for b in y.values]
        fields(axes, metric, pooled)
        axes.set_title(dataset)
        axes.set_xlabel(theme.sentence(x.label))
        axes.set_ylabel(theme.sentence(y.label) if axes is panels[0] else "")
        axes.set_xticklabels([theme.wrapped(text_of(value), 14) for value in x.values])
        axes.set_yticklabels([theme.wrapped(text_of(value), 14) for value in y.values], rotation=0)
    return figure


def fields(axes: Axes, metric: Metric, pooled: Sequence[Sequence[Sequence[Cell]]]) -> None:
    """Draw the mean of every field of a map, [rows][columns]; a field that no cell stands behind stays empty."""
    known = [[marginal_effect([cell.values for cell in cells]) for cells in row] for row in pooled]
    means = np.array([[np.nan if each is None else each.mean * metric.scale for each in row] for row in known])
    norm = _norm(means)
    form = ".2g" if isinstance(norm, LogNorm) else f".{metric.digits}f"
    labels = [
        [_label(mean, form, cells) for mean, cells in zip(*row, strict=True)] for row in zip(means, pooled, strict=True)
    ]
    darker = sns.color_palette("light:#0b4f7d" if metric.better == "higher" else "light:#0b4f7d_r", as_cmap=True)
    sns.heatmap(
        means,
        ax=axes,
        annot=np.array(labels),
        fmt="",
        cmap=darker,
        norm=norm,
        linewidths=2,
        annot_kws={"fontsize": 11},
        cbar_kws={"label": theme.metric_label(metric), "format": "{x:g}"},
    )
    axes.set_facecolor("#f0f0f0")
    for (row, place), mean in np.ndenumerate(means):
        if np.isnan(mean):
            axes.text(
                place + 0.5, row + 0.5, labels[row][place], ha="center", va="center", color=theme.WARNING, fontsize=10
            )
    axes.tick_params(length=0)


def _label(mean: float, form: str, cells: Sequence[Cell]) -> str:
    """The mean, and how many runs are behind it where some are missing."""
    planned, kept = sum(cell.planned for cell in cells), sum(cell.values.size for cell in cells)
    if np.isnan(mean):
        return f"0/{planned}" if planned else ""
    return f"{mean:{form}}" + (f"\n{kept}/{planned} runs" if kept < planned else "")


def _norm(means: NDArray[np.float64]) -> Normalize:
    finite = means[np.isfinite(means)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    return LogNorm(low, high) if theme.spans_decades([means]) else Normalize(low, high)
