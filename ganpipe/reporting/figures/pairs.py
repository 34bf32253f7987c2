"""What goes well together: rows by themselves on the diagonal of a map, every two of them below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.metrics import METRICS, Metric
from ganpipe.plan.pairs import JOINT, paired_rows, parts
from ganpipe.reporting.cells import Cell, Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import heatmap, theme
from ganpipe.reporting.figures import request as asked
from ganpipe.statistics import standing_apart

NONE: dict[str, Any] = {"facecolor": "white", "edgecolor": "#d5dae1", "hatch": "////", "linewidth": 0}
"""Of a pair that there is no row of."""


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One map a dataset: means over seeds and axes, darker is better; a frame where two beat each of them alone.

    Raises:
        GanpipeError: no row is a pair of others, or the request names no metric of the experiment.
    """
    methods = list(dict.fromkeys(run.method for run in experiment.rows))
    names = paired_rows(methods)
    if not names:
        raise GanpipeError(f"{experiment.name}: figure {request.file}: no row is a pair of others, called A{JOINT}B")
    (column,) = asked.metrics(experiment, request)[:1]
    metric, cells = METRICS[column.metric], Cells(experiment, metrics)
    datasets = [dataset for dataset in experiment.datasets if column in experiment.columns(dataset)]
    others = [axis.label for axis in experiment.factors if axis.field != "method"]
    pooled = "".join(f" and {label}" for label in others)
    details = (
        f"mean over seeds{pooled} · diagonal: alone · darker is better · "
        "framed: interval apart from those of both alone (five seeds or more)"
    )
    side = max(5.5, 0.78 * len(names))
    subject = f"{metric.label.split(' (')[0]} of every two together"
    height = (0.62 * side + 1.2) * len(datasets)
    figure = theme.canvas(experiment, subject, details, side + 2.2, height)
    panels = figure.subplots(len(datasets), 1, squeeze=False)[:, 0]
    alone = [method for method in methods if method not in names and len(parts(method, methods)) == 1]
    for axes, dataset in zip(panels, datasets, strict=True):
        of_method = {method: cells.at(dataset, column, {"method": method}) for method in methods}
        _map(axes, metric, names, of_method)
        axes.set_title(dataset)
        for place, method in enumerate(alone):
            mean = _mean(of_method[method]) * metric.scale
            said = f"{method}: {mean:.{metric.digits}f}" if np.isfinite(mean) else f"{method}: no value"
            kept = sum(cell.values.size for cell in of_method[method])
            planned = sum(cell.planned for cell in of_method[method])
            said += f" ({kept}/{planned})" if 0 < kept < planned else ""
            axes.text(0.98, 0.95 - 0.07 * place, said, transform=axes.transAxes, ha="right", va="top", fontsize=11)
    return figure


def _map(axes: Axes, metric: Metric, names: list[str], of_method: dict[str, list[Cell]]) -> None:
    def found(one: str, other: str) -> list[Cell]:
        orders = (one,) if one == other else (f"{one}{JOINT}{other}", f"{other}{JOINT}{one}")
        return next((of_method[label] for label in orders if of_method.get(label)), [])

    below = [[found(a, b) if x <= y else [] for x, a in enumerate(names)] for y, b in enumerate(names)]
    heatmap.fields(axes, metric, below)
    axes.set_facecolor("white")
    for y, second in enumerate(names):
        for x, first in enumerate(names[:y]):
            if not below[y][x]:
                axes.add_patch(Rectangle((x + 0.02, y + 0.02), 0.96, 0.96, **NONE))
            elif _beats(metric, below[y][x], of_method[first], of_method[second]):
                frame = Rectangle((x + 0.04, y + 0.04), 0.92, 0.92, fill=False, edgecolor=theme.INK, linewidth=2)
                axes.add_patch(frame)
    axes.set_xticklabels([theme.wrapped(name, 12) for name in names], rotation=0)
    axes.set_yticklabels([theme.wrapped(name, 12) for name in names], rotation=0)


def _beats(metric: Metric, pair: list[Cell], *alone: list[Cell]) -> bool:
    """Whether the pair's interval is apart from those of its parts, where each of them is a single cell."""
    if any(len(cells) != 1 for cells in (pair, *alone)):
        return False
    compared = [pair[0], *(cells[0] for cells in alone)]
    whole = [cell.values.size == cell.planned for cell in compared]
    return standing_apart([cell.estimate for cell in compared], whole, higher=metric.better == "higher") == 0


def _mean(cells: list[Cell]) -> float:
    means = [cell.values.mean() for cell in cells if cell.values.size]
    return float(np.mean(means)) if means else np.nan
