"""Quality against its price: a metric over the samples that passed the networks, and over the seconds of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, LogLocator
from matplotlib.transforms import Bbox

from ganpipe.evaluation.metrics import METRICS, Metric
from ganpipe.plan.pairs import paired_rows, parts
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, MetricColumn, PlannedRun
from ganpipe.reporting.figures import request as asked
from ganpipe.reporting.figures import theme
from ganpipe.reporting.figures.runs import open_run

PRICES = {
    "passes": "Samples through generator and discriminator",
    "seconds": "Seconds of training, median of those measured",
}
FRONT: dict[str, Any] = {"color": theme.SOFT, "linewidth": 1.2, "alpha": 0.8}

Colours = tuple[str, str]
"""Of the left and the right half of a point."""
OPEN = "white"
"""Of a row that stands in no pair, where there are pairs."""
POINT = 6.0
"""Half the width of a point, in pixels of the figure before it is saved."""
MOST_LINES = 30
"""Half lines that a name may be away from its point."""


@dataclass(frozen=True)
class Point:
    """One cell: what its training cost, and what came out; the interval is None for a single seed.

    ``lost`` counts the runs that have a value, as in 2/3, where some have none.
    """

    variant: str
    prices: Mapping[str, float]
    mean: float
    interval: tuple[float, float] | None
    lost: str = ""


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One row of panels a dataset, one panel a price; the line is the best that can be had for no more.

    Raises:
        GanpipeError: the request names no metric of the experiment, or a run has not ended.
    """
    (column,) = asked.metrics(experiment, request)[:1]
    metric, cells = METRICS[column.metric], Cells(experiment, metrics)
    datasets = [dataset for dataset in experiment.datasets if column in experiment.columns(dataset)]
    colours, handles = _colouring(experiment)
    details = (
        "mean and 95 % bootstrap interval over seeds · line: the best for no more, named where it improves"
        + theme.lost_note(cells)
    )
    subject = f"{metric.label.split(' (')[0]} against the cost of training"
    columns = 5 if max(len(str(handle.get_label())) for handle in handles) < 18 else 3
    height = 4.4 * len(datasets) + 0.25 * np.ceil(len(handles) / columns)
    figure = theme.canvas(experiment, subject, details, 11.5, height)
    panels = figure.subplots(len(datasets), len(PRICES), squeeze=False, sharey="row")
    named: list[tuple[Axes, str, list[Point]]] = []
    for row, dataset in zip(panels, datasets, strict=True):
        points = _points(experiment, cells, dataset, column, metric, results)
        for axes, price in zip(row, PRICES, strict=True):
            _panel(axes, points, price, metric, colours, cells.floor(dataset, column))
            named.append((axes, price, points))
        row[1].set_ylabel("")
        row[0].set_title(dataset)
    theme.bottom_legend(figure, handles, columns)
    figure.draw_without_rendering()  # names keep clear of what is drawn, so it has to be known where that is
    for axes, price, points in named:
        _name(axes, points, price, higher=metric.better == "higher")
    return figure


def cheapest_best(points: Sequence[Point], price: str, *, higher: bool) -> list[Point]:
    """The points that no other beats without costing more, from the cheapest on; none that lost a run."""
    front: list[Point] = []
    whole = [point for point in points if not point.lost]
    for point in sorted(whole, key=lambda point: (point.prices[price], -point.mean if higher else point.mean)):
        if not front or (point.mean > front[-1].mean if higher else point.mean < front[-1].mean):
            front.append(point)
    return front


def _points(
    experiment: Experiment, cells: Cells, dataset: str, column: MetricColumn, metric: Metric, results: Path
) -> list[Point]:
    points = []
    for (name, variant), runs in experiment.cells.items():
        cell = cells.headline(dataset, variant, column)
        known = cell.estimate
        if name != dataset or known is None:
            continue
        low, high = (end * metric.scale for end in known.interval or (known.mean, known.mean))
        interval = (low, high) if known.interval else None
        lost = f"{cell.values.size}/{cell.planned}" if cell.values.size < cell.planned else ""
        points.append(Point(variant, prices(runs, results), known.mean * metric.scale, interval, lost))
    return points


def prices(runs: Sequence[PlannedRun], results: Path) -> dict[str, float]:
    """What one run of a cell costs: samples that pass the networks, counted, and the median of the seconds recorded.

    A machine that was busy otherwise may take three times as long for one seed. Runs that diverged were ended early and
    would make a cell look cheap.
    """
    from ganpipe.training.cost import samples_passed

    finished = [open_run(results, run.run_id) for run in runs]
    passed = samples_passed(finished[0].spec)
    seconds = [float(run.result["train_seconds"]) for run in finished if run.status == "complete"]
    return {"passes": passed.generator + passed.discriminator, "seconds": float(np.median(seconds))}


def _panel(
    axes: Axes,
    points: Sequence[Point],
    price: str,
    metric: Metric,
    colours: Mapping[str, Colours],
    floor: float | None,
) -> None:
    for point in points:
        _draw(axes, point, point.prices[price], *colours[point.variant])
    front = cheapest_best(points, price, higher=metric.better == "higher")
    if front:
        ends = max(point.prices[price] for point in points)
        steps = [(point.prices[price], point.mean) for point in front] + [(ends, front[-1].mean)]
        axes.plot(*zip(*steps, strict=True), drawstyle="steps-post", zorder=1, **FRONT)
    drawn = [np.array([point.mean, *(point.interval or ())]) for point in points]
    if floor is not None:
        axes.axhline(floor * metric.scale, zorder=1, **theme.FLOOR)
    theme.metric_axis(axes, "y", metric, drawn)
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.xaxis.set_minor_formatter("")
    axes.set_xlabel(PRICES[price])
    axes.margins(x=0.14, y=0.2)


def _draw(axes: Axes, point: Point, price: float, left: str, right: str) -> None:
    edge = theme.INK if left == OPEN else "white"
    if point.interval:
        line = theme.INK if left == OPEN else left
        axes.plot([price, price], point.interval, color=line, linewidth=1.2, alpha=0.35, zorder=2)
    halves: Any = {
        "markerfacecolor": left,
        "markerfacecoloralt": right,
        "markeredgecolor": edge,
        "markeredgewidth": 0.9,
    }
    form: Any = (
        {"markersize": 10, "zorder": 4} if left == right else {"markersize": 8, "zorder": 3, "fillstyle": "left"}
    )
    axes.plot(price, point.mean, "o", **halves, **form)
    if point.lost:
        axes.annotate(
            point.lost, (price, point.mean), (7, 0), textcoords="offset points", fontsize=8.5, va="center",
            color=theme.WARNING, zorder=5,
        )  # fmt: skip


def _name(axes: Axes, points: Sequence[Point], price: str, *, higher: bool) -> None:
    """Write the names of the front on the side of less cost and better values, clear of points and of each other."""
    centres = axes.transData.transform([(point.prices[price], point.mean) for point in points])
    taken = [Bbox.from_bounds(x - POINT, y - POINT, 2 * POINT, 2 * POINT) for x, y in centres]
    up = 1 if higher else -1
    for point in cheapest_best(points, price, higher=higher):
        text = axes.annotate(
            point.variant, (point.prices[price], point.mean), (-6, 0), textcoords="offset points", fontsize=8.5,
            ha="right", va="bottom" if up > 0 else "top", color=theme.INK, zorder=5, in_layout=False,
        )  # fmt: skip
        out = axes.bbox.x0 + POINT - text.get_window_extent().x0
        side = -6 + max(0.0, out) * 72 / axes.get_figure(root=True).dpi  # type: ignore[union-attr]
        for lines in range(MOST_LINES):
            text.set_position((side, (5 + 6 * lines) * up))
            box = text.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                break
        taken.append(box)


def _colouring(experiment: Experiment) -> tuple[dict[str, Colours], list[Line2D]]:
    """Colours of each variant and what they mean: a pair wears those of both its rows, one on each side."""
    methods = {run.variant: run.method for run in experiment.rows}
    names = paired_rows(list(dict.fromkeys(methods.values())))
    if not names:
        usual = theme.colouring(experiment)
        return {variant: (c, c) for variant, c in usual.variants.items()}, _handles(usual.legend)
    of_name = {name: theme.PALETTE[place % len(theme.PALETTE)] for place, name in enumerate(names)}
    rest = [method for method in dict.fromkeys(methods.values()) if len(parts(method, methods.values())) == 1]
    legend = {name: of_name.get(name, OPEN) for name in rest}
    colours: dict[str, Colours] = {}
    for variant, method in methods.items():
        worn = [legend[part] for part in parts(method, methods.values())]
        colours[variant] = (worn[0], worn[-1])
    return colours, [*_handles(legend), _pair_handle()]


def _handles(legend: Mapping[str, str]) -> list[Line2D]:
    point = {"marker": "o", "markersize": 9, "linestyle": ""}
    edges = {name: theme.INK if colour == OPEN else "white" for name, colour in legend.items()}
    return [
        Line2D([], [], color=colour, markeredgecolor=edges[name], label=name, **point)  # type: ignore[arg-type]
        for name, colour in legend.items()
    ]


def _pair_handle() -> Line2D:
    return Line2D(
        [], [], marker="o", markersize=8, linestyle="", fillstyle="left", markerfacecolor=theme.SOFT,
        markerfacecoloralt=theme.RULE, markeredgecolor="white", label="two together",
    )  # fmt: skip
