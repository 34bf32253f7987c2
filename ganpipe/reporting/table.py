"""One model of a table, from which Markdown, CSV, LaTeX and HTML are rendered (see ``renderers``).

Everything that takes thought happens here, once: which rows and columns there are, what is printed in each place, which
marks it carries, whether it may be bold, and what must be said below. A renderer only arranges strings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
from pydantic import JsonValue

from ganpipe.evaluation.metrics import METRICS, Metric
from ganpipe.plan.reported import ReportedNumber
from ganpipe.reporting import notes
from ganpipe.reporting.cells import Cell, Cells, beyond_ideal
from ganpipe.reporting.experiment import Experiment, MetricColumn
from ganpipe.reporting.notes import Footnote
from ganpipe.statistics import standing_apart

NOT_MEASURED = "not measured"
"""Stands where a protocol does not fit a run, such as a likelihood where there is no density."""


@dataclass(frozen=True)
class Column:
    """One metric under one protocol.

    Attributes:
        reported: heading of the paper's numbers beside ours; None where it has none.
    """

    metric: str
    protocol: str
    label: str
    better: str
    reported: str | None

    @property
    def arrow(self) -> str:
        """The direction of improvement."""
        return {"higher": "↑", "lower": "↓"}[self.better]


@dataclass(frozen=True)
class Printed:
    """A number as it is printed: ``mean ± error [low, high]``; empty strings for what is not known."""

    mean: str
    error: str = ""
    low: str = ""
    high: str = ""


@dataclass(frozen=True)
class Entry:
    """One metric of one row.

    Attributes:
        cell: what our runs scored.
        printed: the same, to be printed; None where there is no number of ours.
        remark: stands after them, or in their place: ``4/5`` runs, ``diverged``.
        reported: the paper's number, as data; None where it gives none.
        quoted: the same, to be printed; with ``marks``.
        stood_in_for: origins of published files in whose place ours was made from others.
        best: print it bold.
    """

    cell: Cell
    printed: Printed | None
    remark: str
    reported: ReportedNumber | None
    quoted: Printed | None
    marks: str
    stood_in_for: tuple[str, ...] = ()
    best: bool = False

    @property
    def own_mark(self) -> str:
        """The mark of our number."""
        return notes.STAND_IN if self.stood_in_for and self.printed else ""


@dataclass(frozen=True)
class Row:
    """One variant on one dataset; ``planned`` is 0 for a row that only the paper has."""

    variant: str
    method: str
    axes: dict[str, JsonValue]
    finished: int
    planned: int
    entries: tuple[Entry, ...]

    @property
    def runs(self) -> str:
        """``4/5``: finished of planned runs."""
        return f"{self.finished}/{self.planned}" if self.planned else ""


@dataclass(frozen=True)
class Group:
    """The rows of one dataset, and what an ideal sampler would score in each column (empty where nothing is known)."""

    dataset: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    floors: tuple[str, ...]

    @property
    def has_floors(self) -> bool:
        """Whether there is any floor to print."""
        return any(self.floors)


@dataclass(frozen=True)
class Table:
    """A table ready to be rendered: ``facts`` stand above it, ``notes`` and ``footnotes`` below."""

    experiment: Experiment
    facts: tuple[tuple[str, str], ...]
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    footnotes: tuple[Footnote, ...]

    @cached_property
    def axis_fields(self) -> list[str]:
        """Swept fields, for renderers that give each its column."""
        return [axis.field for axis in self.experiment.factors if axis.field != "method"]


def build_table(experiment: Experiment, metrics: pd.DataFrame) -> Table:
    """Lay out an experiment's results.

    Args:
        metrics: as ``aggregate.read_metrics`` returns it.
    """
    cells = Cells(experiment, metrics)
    groups = tuple(_group(experiment, cells, dataset) for dataset in experiment.datasets)
    return Table(
        experiment=experiment,
        facts=notes.facts(experiment, cells),
        groups=groups,
        notes=experiment.notes,
        footnotes=notes.footnotes(
            experiment,
            cells,
            any_best=any(entry.best for group in groups for row in group.rows for entry in row.entries),
            any_floor=any(group.has_floors for group in groups),
        ),
    )


def _group(experiment: Experiment, cells: Cells, dataset: str) -> Group:
    measured = experiment.columns(dataset)
    columns = [_column(experiment, dataset, column, measured) for column in measured]
    rows = []
    for variant in experiment.shown_variants(dataset):
        runs = experiment.cells.get((dataset, variant), [])
        ours = [cells.headline(dataset, variant, column) for column in measured]
        finished = len(runs) - max((cell.diverged for cell in ours), default=0)
        entries = []
        for column, cell in zip(columns, ours, strict=True):
            number = experiment.reported_values.get((dataset, variant, column.metric)) if column.reported else None
            made_from = experiment.stood_in_for(dataset, column.protocol)
            entries.append(_entry(METRICS[column.metric], cell, number, len(runs), finished, made_from))
        rows.append(
            Row(
                variant=variant,
                method=runs[0].method if runs else variant,
                axes=runs[0].axes if runs else {},
                finished=finished,
                planned=len(runs),
                entries=tuple(entries),
            )
        )
    ideal = [cells.floor(dataset, column) for column in measured]
    floors = [_floor(METRICS[column.metric], floor) for column, floor in zip(measured, ideal, strict=True)]
    return Group(dataset, tuple(columns), tuple(_with_best(rows, columns, ideal)), tuple(floors))


def _column(experiment: Experiment, dataset: str, column: MetricColumn, among: Sequence[MetricColumn]) -> Column:
    metric = METRICS[column.metric]
    same = [other for other in among if other.metric == column.metric]
    reported = any(key[0] == dataset and key[2] == column.metric for key in experiment.reported_values)
    return Column(
        metric=column.metric,
        protocol=column.protocol,
        label=metric.label if len(same) == 1 else f"{metric.label}, {column.protocol}",
        better=metric.better,
        # The paper gives one number; where we measure it under several protocols it stands beside the first.
        reported=notes.paper_name(experiment) if reported and same[0] is column else None,
    )


def _entry(
    metric: Metric, cell: Cell, number: ReportedNumber | None, planned: int, finished: int, stood_in_for: Sequence[str]
) -> Entry:
    if cell.planned == 0:
        remark = NOT_MEASURED if planned else ""
    elif cell.values.size == 0:
        remark = "diverged" if cell.diverged == cell.planned else "undefined"
    else:
        remark = f"{cell.values.size}/{planned}" if cell.values.size != finished else ""
    return Entry(
        cell=cell,
        printed=_ours(metric, cell),
        remark=remark,
        reported=number,
        quoted=_theirs(metric, number) if number else None,
        marks=notes.marks_of(number) if number else "",
        stood_in_for=tuple(stood_in_for) if cell.planned else (),
    )


def _ours(metric: Metric, cell: Cell) -> Printed | None:
    known = cell.estimate
    if known is None:
        return None

    def text(value: float | None) -> str:
        return "" if value is None else f"{value * metric.scale:.{metric.digits}f}"

    low, high = known.interval or (None, None)
    return Printed(text(known.mean), text(known.standard_error), text(low), text(high))


def _theirs(metric: Metric, number: ReportedNumber) -> Printed:
    def text(value: float | None) -> str:
        # Not one digit more than the paper gives; 10 significant ones hide what scaling does to the last bits.
        return "" if value is None else f"{value * metric.scale:.10g}"

    return Printed(text(number.value), text(number.error))


def _floor(metric: Metric, floor: float | None) -> str:
    return "" if floor is None else f"{floor * metric.scale:.{metric.digits}f}"


def _with_best(rows: Sequence[Row], columns: Sequence[Column], ideal: Sequence[float | None]) -> list[Row]:
    """Mark in each column the entry that stands apart from all others, if there is one and it can be believed.

    What is clearly better than samples of the target itself has fooled the metric.
    """
    marked = [list(row.entries) for row in rows]
    for index, column in enumerate(columns):
        cells = [row.entries[index].cell for row in rows]
        # A mean over the runs that survived flatters a method, so one that lost a run cannot be bold.
        whole = [cell.values.size == cell.planned for cell in cells]
        best = standing_apart([cell.estimate for cell in cells], whole, higher=column.better == "higher")
        if best is not None and not beyond_ideal(cells[best].estimate, ideal[index], METRICS[column.metric]):
            marked[best][index] = replace(marked[best][index], best=True)
    return [replace(row, entries=tuple(entries)) for row, entries in zip(rows, marked, strict=True)]
