"""A metric along an axis of numbers: a line a method with its spread, a panel a level of another axis, and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from ganpipe.evaluation.metrics import METRICS, Metric
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, text_of
from ganpipe.reporting.figures import request as asked
from ganpipe.reporting.figures import theme
from ganpipe.reporting.sensitivity import Line, lines

COLUMN = 0.68
"""Width of a column of numbers, in inches."""
LIMIT = {"color": theme.SOFT, "linestyle": (0, (4, 3)), "linewidth": 1}


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """Means of bins along the axis, one standard deviation around them, and every run; below, each line in numbers.

    Raises:
        GanpipeError: the request names no metric or axis of the experiment, or logarithms of what has none.
    """
    (column,) = asked.metrics(experiment, request)[:1]
    x, metric = asked.axis(experiment, request, "x"), METRICS[column.metric]
    found = lines(experiment, Cells(experiment, metrics), request, column)
    datasets, panels = (list(dict.fromkeys(getattr(line, of) for line in found)) for of in ("dataset", "panel"))
    methods = list(dict.fromkeys(line.method for line in found))
    colours = dict(zip(methods, theme.PALETTE * (len(methods) // len(theme.PALETTE) + 1), strict=False))
    rows = 0.24 * (len(methods) + 1) + 0.1
    subject = f"{_name(metric, request)} by {x.label}"
    details = "line: mean of a bin · band: ± one standard deviation of its runs · dot: a run · numbers: of all bins"
    width = max(7.5, max(3.6, COLUMN * len(_head(request))) * len(panels) + 1.2)
    figure = theme.canvas(experiment, subject, details, width, (2.9 + rows) * len(datasets) + 0.4)
    heights = [2.9, rows] * len(datasets)
    places = figure.subplots(len(heights), len(panels), squeeze=False, height_ratios=heights)
    for index, dataset in enumerate(datasets):
        above, below = places[2 * index], places[2 * index + 1]
        for place, panel in enumerate(panels):
            shown = [line for line in found if (line.dataset, line.panel) == (dataset, panel)]
            _panel(above[place], shown, colours, request, column.metric)
            above[place].set_xlabel(theme.sentence(x.label))
            above[place].sharey(above[0])
            _numbers(below[place], shown, methods, colours, request, metric)
            if request.panels is not None:
                title = f"{asked.axis(experiment, request, 'panels').label} {text_of(panel)}"
                theme.panel_title(above[place], theme.sentence(title))
            if place:
                below[place].tick_params(labelleft=False)
                above[place].tick_params(labelleft=False)
        above[0].set_ylabel(f"{_name(metric, request)}\n{metric.better} is better")
        if len(datasets) > 1:
            above[0].annotate(dataset, (0, 1), (0, 24), "axes fraction", "offset points", fontweight="bold")
    handles = [Line2D([], [], color=colours[method], linewidth=2, marker="o", label=method) for method in methods]
    theme.bottom_legend(figure, handles, columns=max(1, int(width / 2)))
    return figure


def numbers(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame) -> str:
    """The figure's numbers as CSV: a row a bin of each line, and one with ``bin`` all for the whole line."""
    (column,) = asked.metrics(experiment, request)[:1]
    text = io.StringIO()
    kinds = list(request.failures)
    fields = [
        *("dataset", "panel", "method", "metric", "log", "bin", "low", "high"),
        *("planned_runs", "runs", "mean", "spread", "best", *kinds),
    ]
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    for line in lines(experiment, Cells(experiment, metrics), request, column):
        for name, part in [*((str(place), part) for place, part in enumerate(line.bins, 1)), ("all", line.whole)]:
            known = {"low": part.levels[0], "high": part.levels[-1], "mean": part.mean, "spread": part.spread}
            known["best"] = line.best if name == "all" else None
            writer.writerow(
                {
                    "dataset": line.dataset,
                    "panel": "" if line.panel is None else text_of(line.panel),
                    "method": line.method,
                    "metric": column.metric,
                    "log": "natural" if request.log else "",
                    "bin": name,
                    "planned_runs": part.planned,
                    "runs": part.values.size,
                }
                | {field: None if value is None else f"{value:.10g}" for field, value in known.items()}
                | {kind: part.failures[kind] for kind in kinds}
            )
    return text.getvalue()


def _head(request: FigureRequest) -> list[str]:
    """Of the numbers below a panel."""
    logarithm = " ln" if request.log else ""
    return [f"mean{logarithm}", f"spread{logarithm}", "best", *request.failures, "lost"]


def _name(metric: Metric, request: FigureRequest) -> str:
    return f"ln {metric.label}" if request.log else metric.label


def _panel(axes: Axes, shown: Sequence[Line], colours: Mapping[str, str], request: FigureRequest, metric: str) -> None:
    for line in shown:
        colour = colours[line.method]
        for point in line.points:
            places = [point.centre] * point.values.size
            axes.scatter(places, point.values, s=14, color=colour, alpha=0.55, linewidths=0, zorder=3)
        centres = [part.centre for part in line.bins]
        means, spreads = (_array([getattr(part, of) for part in line.bins]) for of in ("mean", "spread"))
        axes.fill_between(centres, means - spreads, means + spreads, color=colour, alpha=0.14, linewidth=0)
        axes.plot(centres, means, color=colour, linewidth=2, marker="o", markersize=5, zorder=4)
    for kind, failure in request.failures.items():
        if failure.metric == metric:
            height = failure.limit * METRICS[metric].scale
            height = float(np.log(height)) if request.log else height
            axes.axhline(height, zorder=1, **LIMIT)  # type: ignore[arg-type]
            axes.annotate(
                kind, (1, height), (-2, 3), ("axes fraction", "data"), "offset points",
                ha="right", fontsize=9, color=theme.SOFT,
            )  # fmt: skip
    axes.grid(True, axis="y")
    levels = [point.centre for line in shown for point in line.points]
    if theme.spans_decades([levels]):
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
    else:
        axes.xaxis.set_major_locator(theme.few_ticks())


def _array(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else value for value in values])


def _numbers(
    axes: Axes,
    shown: Sequence[Line],
    methods: Sequence[str],
    colours: Mapping[str, str],
    request: FigureRequest,
    metric: Metric,
) -> None:
    """A line of numbers a method, under the panel that they belong to."""
    head = _head(request)
    for place, name in enumerate(head):
        axes.text(place, -0.9, name, ha="center", va="center", fontsize=9, color=theme.SOFT)
    for line in shown:
        row, whole = methods.index(line.method), line.whole
        digits = max(2, metric.digits) if request.log else metric.digits
        known = [_text(whole.mean, digits), _text(whole.spread, digits), _text(line.best, metric.digits)]
        counts = [f"{count}/{whole.planned}" for count in (*whole.failures.values(), whole.lost)]
        for place, text in enumerate([*known, *counts]):
            failed = place >= len(known) and not text.startswith("0/")
            colour = theme.WARNING if failed else theme.INK
            axes.text(place, row, text, ha="center", va="center", fontsize=9, color=colour)
    axes.set_xlim(-0.5, len(head) - 0.5)
    axes.set_ylim(len(methods) - 0.5, -1.4)
    axes.set_xticks([])
    axes.set_yticks(range(len(methods)), [theme.wrapped(method, 24) for method in methods])
    axes.tick_params(axis="y", length=0, labelsize=9)
    for label, method in zip(axes.get_yticklabels(), methods, strict=True):
        label.set_color(colours[method])
    axes.spines[:].set_visible(False)


def _text(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
