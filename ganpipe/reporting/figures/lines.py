"""Metrics against a quantity, one line a method.

The quantity is an axis of numbers, what is counted on the networks of the runs, or the datasets in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, LogLocator

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.metrics import METRICS
from ganpipe.plan.figures import DATASET, DISCRIMINATOR_PARAMETERS
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, MetricColumn, PlannedRun, text_of
from ganpipe.reporting.figures import request as asked
from ganpipe.reporting.figures import theme
from ganpipe.reporting.figures.runs import open_run
from ganpipe.statistics import Estimate, marginal_effect


@dataclass(frozen=True)
class Abscissa:
    """What the x axis says, and where each (dataset, variant) stands on it; without ticks it counts."""

    label: str
    places: Mapping[tuple[str, str], float]
    ticks: Mapping[float, str] | None


@dataclass(frozen=True)
class Point:
    """All cells of a method that stand at one place of the x axis."""

    x: float
    known: Estimate | None
    kept: int
    planned: int


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One panel a metric, and one row of them a dataset; means over every axis that is not shown.

    Raises:
        GanpipeError: ``x`` is neither an axis of numbers nor a quantity that can be counted, or the experiment does
            not measure the metric.
    """
    along = _abscissa(request, experiment, results)
    wanted = asked.metrics(experiment, request) if request.metric else list(experiment.metrics)
    rows = {"": experiment.datasets} if request.x == DATASET else {name: (name,) for name in experiment.datasets}
    columns = {
        title: [each for each in experiment.metrics if each in wanted and _measured(experiment, datasets, each)]
        for title, datasets in rows.items()
    }
    cells = Cells(experiment, metrics)
    methods = list(dict.fromkeys(run.method for run in experiment.rows))
    colours = {method: theme.PALETTE[place % len(theme.PALETTE)] for place, method in enumerate(methods)}
    details = "mean and 95 % bootstrap interval over seeds" + theme.lost_note(cells)
    width = max(7.5, 3.9 * max(map(len, columns.values())) + 0.3)
    subject = f"by {DATASET if request.x == DATASET else along.label.lower()}"
    figure = theme.canvas(experiment, subject, details, width, 3.1 * len(columns) + 0.4)
    panels = figure.subplots(len(columns), max(map(len, columns.values())), squeeze=False)
    for row, (title, shown) in zip(panels, columns.items(), strict=True):
        for axes, column in zip(row, shown, strict=False):
            lines = {method: points(experiment, cells, rows[title], method, column, along.places) for method in methods}
            _panel(axes, column, lines, colours, [cells.floor(dataset, column) for dataset in rows[title]])
            _label(axes, along)
        row[0].set_title(title)
        for axes in row[len(shown) :]:
            axes.set_visible(False)
    handles = [Line2D([], [], color=colour, linewidth=2, marker="o", label=name) for name, colour in colours.items()]
    shown_on = [(name, column) for title, shown in columns.items() for name in rows[title] for column in shown]
    if any(cells.floor(name, column) is not None for name, column in shown_on):
        handles.append(Line2D([], [], label="ideal sampler", **theme.FLOOR))
    theme.bottom_legend(figure, handles, columns=max(1, int(width / 1.5)))
    return figure


def points(
    experiment: Experiment,
    cells: Cells,
    datasets: Sequence[str],
    method: str,
    column: MetricColumn,
    places: Mapping[tuple[str, str], float],
) -> list[Point]:
    """A method's line from left to right.

    Args:
        places: (dataset, variant) -> where it stands.
    """
    standing: dict[float, list[tuple[str, str]]] = {}
    for cell, runs in experiment.cells.items():
        if cell[0] in datasets and runs[0].method == method:
            standing.setdefault(places[cell], []).append(cell)
    found = []
    for x, together in sorted(standing.items()):
        pooled = [cells.headline(dataset, variant, column) for dataset, variant in together]
        # A single cell has the interval that the table prints for it.
        known = pooled[0].estimate if len(pooled) == 1 else marginal_effect([cell.values for cell in pooled])
        kept, planned = sum(cell.values.size for cell in pooled), sum(cell.planned for cell in pooled)
        found.append(Point(x, known, kept, planned))
    return found


def _measured(experiment: Experiment, datasets: Sequence[str], column: MetricColumn) -> bool:
    return any(column in experiment.columns(dataset) for dataset in datasets)


def _abscissa(request: FigureRequest, experiment: Experiment, results: Path) -> Abscissa:
    if request.x == DATASET:
        names = experiment.datasets
        begin = {name[: name.rfind("_") + 1] for name in names}
        shared = begin.pop() if len(begin) == 1 else ""
        standing = {cell: float(names.index(cell[0])) for cell in experiment.cells}
        ticks = {float(place): name.removeprefix(shared) for place, name in enumerate(names)}
        return Abscissa(f"Dataset {shared}..." if shared else "Dataset", standing, ticks)
    if request.x == DISCRIMINATOR_PARAMETERS:
        counted = {cell: _discriminator_parameters(runs[0], results) for cell, runs in experiment.cells.items()}
        return Abscissa("Discriminator parameters (with any encoder)", counted, None)
    axis = asked.axis(experiment, request, "x")
    levels = {cell: runs[0].level(axis.field) for cell, runs in experiment.cells.items()}
    if not all(isinstance(level, int | float) for level in levels.values()):
        where = f"{experiment.name}: figure {request.file}: x"
        raise GanpipeError(f"{where}: {axis.field!r} has levels that are no numbers, along which no line can be drawn")
    return Abscissa(
        label=theme.sentence(axis.label),
        places={cell: float(level) for cell, level in levels.items()},  # type: ignore[arg-type]
        ticks={float(level): text_of(level) for level in axis.values},  # type: ignore[arg-type]
    )


def _discriminator_parameters(run: PlannedRun, results: Path) -> float:
    from ganpipe.training.parameters import discriminator_parameters

    return discriminator_parameters(open_run(results, run.run_id).spec)


def _panel(
    axes: Axes,
    column: MetricColumn,
    lines: Mapping[str, Sequence[Point]],
    colours: Mapping[str, str],
    floors: Sequence[float | None],
) -> None:
    metric = METRICS[column.metric]
    drawn: list[list[float]] = []
    for place, (method, line) in enumerate(lines.items()):
        if not line:
            continue
        colour, x = colours[method], [point.x for point in line]
        means = [point.known.mean * metric.scale if point.known else np.nan for point in line]
        intervals = [(point.known.interval if point.known else None) or (np.nan, np.nan) for point in line]
        low, high = ([end * metric.scale for end in ends] for ends in zip(*intervals, strict=True))
        axes.fill_between(x, low, high, color=colour, alpha=0.14, linewidth=0)
        axes.plot(x, means, "o-", color=colour, linewidth=2, markersize=6, markeredgecolor="white", zorder=3)
        drawn += [means, low, high]
        for point, mean in zip(line, means, strict=True):
            if point.kept < point.planned:
                at = (point.x, mean) if np.isfinite(mean) else (point.x, 1 - 0.07 * place)
                frame = "data" if np.isfinite(mean) else ("data", "axes fraction")
                axes.annotate(
                    f"{point.kept}/{point.planned}", at, (5, 4), frame, "offset points", color=colour, fontsize=9
                )
    ideal = [np.nan if floor is None else floor * metric.scale for floor in floors]
    if np.isfinite(ideal).any() and len(ideal) == 1:
        axes.axhline(ideal[0], zorder=1, **theme.FLOOR)
    elif np.isfinite(ideal).any():
        axes.plot(range(len(ideal)), ideal, zorder=1, **theme.FLOOR)
    theme.metric_axis(axes, "y", metric, drawn)
    axes.margins(x=0.06, y=0.08)


def _label(axes: Axes, along: Abscissa) -> None:
    if along.ticks is None or theme.spans_decades([sorted(along.places.values())]):
        axes.set_xscale("log")
    if along.ticks is None:
        axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 3)))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    else:
        axes.set_xticks(list(along.ticks), list(along.ticks.values()))
    axes.xaxis.set_minor_formatter("")
    axes.set_xlabel(theme.wrapped(along.label, 30))
