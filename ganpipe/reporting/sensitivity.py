"""How much a result depends on a setting: a metric along an axis of numbers, in bins, with the runs that failed.

SetGAN, section 3.3 and Figure 4, draws the mean log FID by learning rate and says by eye which curve is the flattest
and which method fails; here both are numbers. A spread is over runs and settings together: that is what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.metrics import METRICS
from ganpipe.plan.figures import Failure
from ganpipe.reporting.cells import Cells
from ganpipe.reporting.experiment import Experiment, FigureRequest, MetricColumn

BINS = 5
"""Bins along the axis, as long as it has so many levels."""


@dataclass(frozen=True)
class Bin:
    """The runs at one level of the axis, or at some that are next to each other.

    Attributes:
        levels: the levels, ascending.
        planned: runs that were asked for.
        values: of the runs that have one, in printed units, or the natural logarithms of these, [runs].
        failures: kind of failure -> runs that failed so.
    """

    levels: tuple[float, ...]
    planned: int
    values: NDArray[np.float64]
    failures: Mapping[str, int]

    @property
    def centre(self) -> float:
        """The mean of the levels."""
        return float(np.mean(self.levels))

    @property
    def mean(self) -> float | None:
        """None when no run has a value."""
        return float(self.values.mean()) if self.values.size else None

    @property
    def spread(self) -> float | None:
        """The standard deviation over runs and levels (n - 1); None for fewer than two values."""
        return float(self.values.std(ddof=1)) if self.values.size > 1 else None

    @property
    def lost(self) -> int:
        """Runs without a value, because they diverged or the metric is undefined for them."""
        return self.planned - self.values.size


@dataclass(frozen=True)
class Line:
    """One method at one level of what the panels are over.

    Attributes:
        panel: that level; None where there is one panel.
        points: a bin for each level of the axis, ascending.
        best: the best value of a run, in printed units and no logarithm; None where no run has one. It is chosen after
            the fact.
    """

    dataset: str
    panel: JsonValue
    method: str
    points: tuple[Bin, ...]
    best: float | None

    @property
    def bins(self) -> list[Bin]:
        """The points in few bins, ascending."""
        return binned(self.points)

    @property
    def whole(self) -> Bin:
        """All points in one bin."""
        return pooled(self.points)


def lines(experiment: Experiment, cells: Cells, request: FigureRequest, column: MetricColumn) -> list[Line]:
    """Every line of a figure, in display order. Axes that it does not show are pooled.

    Args:
        request: ``x`` names an axis of numbers.
        column: what is measured.

    Raises:
        GanpipeError: a logarithm is asked for of a value that is not above 0.
    """
    grouped: dict[tuple[str, JsonValue, str], list[Bin]] = {}
    for (dataset, variant), runs in experiment.cells.items():
        level, panel = runs[0].level(request.x or ""), runs[0].level(request.panels or "")
        if column in experiment.columns(dataset) and isinstance(level, int | float):
            point = _point(experiment, cells, (dataset, variant), level, column, request.failures)
            grouped.setdefault((dataset, panel, runs[0].method), []).append(point)
    better = max if METRICS[column.metric].better == "higher" else min
    found = []
    for (dataset, panel, method), unordered in grouped.items():
        points = binned(unordered, bins=len(unordered))
        values = pooled(points).values
        best = float(better(values)) if values.size else None
        if request.log:
            if (values <= 0).any():
                problem = f"log: {column.metric} is {values.min():g} in a run, which has no logarithm"
                raise GanpipeError(f"{experiment.name}: figure {request.file}: {problem}")
            points = [replace(point, values=np.log(point.values)) for point in points]
        found.append(Line(dataset, panel, method, tuple(points), best))
    return found


def binned(points: Sequence[Bin], bins: int = BINS) -> list[Bin]:
    """Points in bins of as equal numbers of levels as possible; where they do not divide, the first ones have one more.

    Not bins of equal width: levels may be drawn from any distribution, and an empty bin says nothing.

    Args:
        points: at least one; those at the same level are never parted.
        bins: the most there may be.
    """
    levels = sorted({level for point in points for level in point.levels})
    parts = np.array_split(np.array(levels), min(bins, len(levels)))
    return [pooled([point for point in points if point.levels[0] in part]) for part in parts]


def pooled(points: Sequence[Bin]) -> Bin:
    """All points in one bin; there is at least one."""
    return Bin(
        levels=tuple(sorted({level for point in points for level in point.levels})),
        planned=sum(point.planned for point in points),
        values=np.concatenate([point.values for point in points]),
        failures={kind: sum(point.failures[kind] for point in points) for kind in points[0].failures},
    )


def failed(measured: Mapping[str, float], failures: Mapping[str, Failure]) -> str | None:
    """The first kind of failure that a run's numbers show; None when there is none, or the numbers are not known.

    Args:
        measured: metric -> value of the run, in the metric's own unit.
    """
    for kind, failure in failures.items():
        if failure.metric in measured and failure.shows(measured[failure.metric]):
            return kind
    return None


def _point(
    experiment: Experiment,
    cells: Cells,
    cell: tuple[str, str],
    level: float,
    column: MetricColumn,
    failures: Mapping[str, Failure],
) -> Bin:
    measured: dict[int, dict[str, float]] = {}
    for metric in {failure.metric for failure in failures.values()}:
        # Under several protocols, the first: it is the one beside which tables put the paper's number.
        judged = next((each for each in experiment.columns(cell[0]) if each.metric == metric), None)
        if judged is None:
            continue
        known = cells.headline(*cell, judged)
        for seed, value in zip(known.seeds.tolist(), known.values.tolist(), strict=True):
            measured.setdefault(seed, {})[metric] = value
    kinds = [failed(of_run, failures) for of_run in measured.values()]
    runs = cells.headline(*cell, column)
    values = runs.values * METRICS[column.metric].scale
    return Bin((float(level),), runs.planned, values, {kind: kinds.count(kind) for kind in failures})
