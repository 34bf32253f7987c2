"""The evidence of one row: every run that was planned for it, with the value it is judged by and where it was made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ganpipe.evaluation.metrics import METRICS
from ganpipe.provenance import commits_text, of_run
from ganpipe.reporting.cells import Cells, beyond_ideal
from ganpipe.reporting.claims.ranks import Scores
from ganpipe.reporting.experiment import Experiment, MetricColumn, PlannedRun
from ganpipe.statistics import estimate


@dataclass(frozen=True)
class JudgedRun:
    """One run.

    Attributes:
        value: the headline of its protocol; None when the run diverged or the metric is undefined for it.
        status: of the run, or ``undefined`` for one that finished without a value.
        commit: of the source that trained it, with ``+`` when that had uncommitted changes; several where it went
            on under another; empty when unknown.
    """

    run_id: str
    evaluation_id: str
    seed: int
    value: float | None
    status: str
    commit: str


@dataclass(frozen=True)
class JudgedRow:
    """The runs of one row on one dataset, by ascending seed; ``ideal`` is what an ideal sampler scores, if known."""

    label: str
    metric: str
    runs: tuple[JudgedRun, ...]
    ideal: float | None = None

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """What the runs that have a value scored, [runs with a value]."""
        return np.array([run.value for run in self.runs if run.value is not None], dtype=np.float64)

    @cached_property
    def scores(self) -> Scores:
        """One score a planned run, larger is better: a run that was lost ranks worst rather than being left out."""
        sign = 1.0 if METRICS[self.metric].better == "higher" else -1.0
        return np.array([-np.inf if run.value is None else sign * run.value for run in self.runs], dtype=np.float64)

    @property
    def lost(self) -> int:
        """Runs without a value."""
        return len(self.runs) - self.values.size

    @property
    def mean(self) -> float | None:
        """Over the runs that have a value."""
        return float(self.values.mean()) if self.values.size else None

    @property
    def beyond_ideal(self) -> bool:
        """Whether the row has fooled the metric: it is clearly better than samples of the target itself."""
        return beyond_ideal(estimate(self.values), self.ideal, METRICS[self.metric])


class Evidence:
    """The headline of every run of an experiment."""

    def __init__(self, experiment: Experiment, metrics: pd.DataFrame) -> None:
        self._experiment = experiment
        self._cells = Cells(experiment, metrics)
        headlines = metrics[metrics["step"].isna()]
        self._headlines = {
            (str(row["run_id"]), str(row["protocol"]), str(row["metric"])): row
            for row in headlines.to_dict(orient="records")
        }

    def row(self, dataset: str, label: str, column: MetricColumn) -> JudgedRow:
        """The planned runs of a row, whether they have a value or not."""
        planned = self._experiment.cells[dataset, label]
        ideal = self._cells.headline(dataset, label, column).floor
        return JudgedRow(label, column.metric, tuple(self._runs(planned, column)), ideal)

    def _runs(self, planned: Iterable[PlannedRun], column: MetricColumn) -> Iterator[JudgedRun]:
        for run in planned:
            found = self._headlines.get((run.run_id, column.protocol, column.metric))
            value = None if found is None or not np.isfinite(found["value"]) else float(found["value"])
            status = "undefined" if found is None else str(found["status"])
            yield JudgedRun(
                run_id=run.run_id,
                evaluation_id=run.evaluations[column.protocol],
                seed=run.seed,
                value=value,
                status="undefined" if value is None and status == "complete" else status,
                commit="" if found is None else commits_text(of_run(json.loads(found["provenance"]))),
            )
