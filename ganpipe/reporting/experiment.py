"""What the reporting room knows of an experiment: ``experiment.json``, which the planner writes, read and validated.

The file says which runs make up which cells, in which order things are shown, what the paper reported and which figures
are wanted. Nothing here is computed from results.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, JsonValue

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.metrics import METRICS
from ganpipe.files import read_json
from ganpipe.plan.figures import FIGURE_KINDS, Failure
from ganpipe.plan.reported import ReportedNumber
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec

SCHEMA = 1


class Paper(Spec):
    """The table or figure that an experiment regenerates."""

    name: str
    item: str
    section: str | None = None

    def __str__(self) -> str:
        return f"{self.name}, {self.item}" + (f" (section {self.section})" if self.section else "")


class Axis(Spec):
    """One swept field of the specification and its levels, in display order."""

    field: str
    label: str
    values: tuple[JsonValue, ...]


class MetricColumn(Spec):
    """A metric under a protocol: one column of the table, one panel of a figure."""

    metric: str
    protocol: str
    primary: bool = False


class PlannedRun(Spec):
    """One run of one cell; ``evaluations`` maps a protocol to the id of its evaluation."""

    run_id: str
    dataset: str
    method: str
    variant: str
    axes: dict[str, JsonValue]
    seed: int
    evaluations: dict[str, str]

    def level(self, field: str) -> JsonValue:
        """Where this run stands on an axis; ``method`` counts as one. None: the run is not on that axis."""
        return self.method if field == "method" else self.axes.get(field)


class StandIn(Spec):
    """Files that stand in for published ones, and the datasets and protocols that read them."""

    origin: str
    datasets: tuple[str, ...]
    protocols: tuple[str, ...]


class FigureRequest(Spec):
    """One wanted figure: its kind, the stem of its files, and for some kinds the metric and the axes.

    Attributes:
        log: average natural logarithms.
        failures: kind of failure -> when a run has failed so; the first that fits counts.
    """

    kind: str
    file: str
    metric: str | None = None
    x: str | None = None
    y: str | None = None
    panels: str | None = None
    log: bool = False
    failures: dict[str, Failure] = Field({})


class Experiment(Spec):
    """An experiment at one scale, as the planner resolved it."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str
    title: str
    description: str
    scale: str
    scale_note: str
    reduced: bool = False
    paper: Paper | None
    notes: tuple[str, ...]
    datasets: tuple[str, ...]
    variants: tuple[str, ...]
    axes: tuple[Axis, ...]
    seeds: tuple[int, ...]
    classifier: str | None = None
    metrics: tuple[MetricColumn, ...] = Field(min_length=1)
    rows: tuple[PlannedRun, ...]
    stand_ins: tuple[StandIn, ...] = ()
    reported: tuple[ReportedNumber, ...]
    figures: tuple[FigureRequest, ...]

    @property
    def below_paper(self) -> bool:
        """Whether less is spent than the paper did, so that nothing can support or contradict it."""
        return self.scale != "paper" or self.reduced

    @property
    def budget(self) -> str:
        """``quick scale``, or ``paper scale, reduced``."""
        return f"{self.scale} scale{', reduced' if self.reduced else ''}"

    @property
    def scale_text(self) -> str:
        """The scale and what it means, for the face of every page."""
        return f"{self.scale}{', reduced' if self.reduced else ''} ({self.scale_note})"

    @cached_property
    def cells(self) -> dict[tuple[str, str], list[PlannedRun]]:
        """The runs of each (dataset, variant) by ascending seed; cells in display order, without empty ones."""
        runs: dict[tuple[str, str], list[PlannedRun]] = {}
        for run in sorted(self.rows, key=lambda run: run.seed):
            runs.setdefault((run.dataset, run.variant), []).append(run)
        order = ((dataset, variant) for dataset in self.datasets for variant in self.variants)
        return {cell: runs[cell] for cell in order if cell in runs}

    @cached_property
    def reported_values(self) -> dict[tuple[str, str, str], ReportedNumber]:
        """(dataset, variant, metric) -> what the paper reports there, without numbers that nobody knows."""
        return {
            (number.dataset, number.variant, number.metric): number
            for number in self.reported
            if number.value is not None
        }

    @cached_property
    def factors(self) -> tuple[Axis, ...]:
        """What the design varies within a dataset: the method where there are several, then every axis."""
        methods = tuple(dict.fromkeys(run.method for runs in self.cells.values() for run in runs))
        own = (Axis(field="method", label="method", values=methods),) if len(methods) > 1 else ()
        return own + tuple(axis for axis in self.axes if axis.field not in ("dataset", "method"))

    @property
    def primary_metrics(self) -> list[MetricColumn]:
        """The metrics that the experiment is judged by; all of them when none is marked."""
        return [column for column in self.metrics if column.primary] or list(self.metrics)

    def stood_in_for(self, dataset: str, protocol: str) -> list[str]:
        """Origins of the published files in whose place a number was made from others."""
        return [each.origin for each in self.stand_ins if dataset in each.datasets or protocol in each.protocols]

    def columns(self, dataset: str) -> list[MetricColumn]:
        """The metrics that are measured on ``dataset``; a protocol for images says nothing about a ring."""
        measured = {protocol for run in self.rows if run.dataset == dataset for protocol in run.evaluations}
        return [column for column in self.metrics if column.protocol in measured]

    def shown_variants(self, dataset: str) -> list[str]:
        """Variants with a number on ``dataset``: ours in display order, then those that only the paper has."""
        shown = {column.metric for column in self.columns(dataset)}
        reported = [variant for name, variant, metric in self.reported_values if name == dataset and metric in shown]
        candidates = dict.fromkeys([*self.variants, *reported])
        return [variant for variant in candidates if (dataset, variant) in self.cells or variant in reported]


def read_description(path: Path) -> Experiment:
    """Read and check an ``experiment.json``.

    Raises:
        GanpipeError: one line with the file and the key: not JSON, another schema version, an unknown or missing key,
            a wrong type, or names that do not fit together.
    """
    content = read_json(path)
    version = content.get("schema") if isinstance(content, dict) else None
    if version != SCHEMA:
        raise GanpipeError(f"{path}: schema: this version of ganpipe reads schema {SCHEMA}, the file has {version!r}")
    experiment = validated(Experiment, content, str(path))
    for problem in _contradictions(experiment):
        raise GanpipeError(f"{path}: {problem}")
    return experiment


def text_of(value: JsonValue) -> str:
    """An axis level as people write it: ``0.001``, ``non saturating``, ``packed (size 2)``."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    if isinstance(value, dict) and "kind" in value:
        options = ", ".join(f"{key} {text_of(item)}" for key, item in value.items() if key != "kind")
        return f"{text_of(value['kind'])} ({options})" if options else text_of(value["kind"])
    return value.replace("_", " ") if isinstance(value, str) else json.dumps(value)


def _contradictions(experiment: Experiment) -> Iterator[str]:
    for index, column in enumerate(experiment.metrics):
        if column.metric not in METRICS:
            yield f"metrics.{index}.metric: unknown metric {column.metric!r}, known are {', '.join(METRICS)}"
    protocols = {column.protocol for column in experiment.metrics}
    for index, figure in enumerate(experiment.figures):
        if figure.kind not in FIGURE_KINDS:
            yield f"figures.{index}.kind: unknown kind {figure.kind!r}, known are {', '.join(FIGURE_KINDS)}"
    cells: set[tuple[str, str, int]] = set()
    for index, run in enumerate(experiment.rows):
        allowed: list[tuple[str, Any, tuple[Any, ...]]] = [
            ("dataset", run.dataset, experiment.datasets),
            ("variant", run.variant, experiment.variants),
            ("seed", run.seed, experiment.seeds),
        ]
        for key, given, names in allowed:
            if given not in names:
                yield f"rows.{index}.{key}: {given!r} is not in {key}s"
        if protocols.isdisjoint(run.evaluations):
            yield f"rows.{index}.evaluations: none is under a protocol of metrics ({', '.join(sorted(protocols))})"
        cell = (run.dataset, run.variant, run.seed)
        if cell in cells:
            yield f"rows.{index}: {run.variant!r} on {run.dataset!r} has seed {run.seed} twice"
        cells.add(cell)
