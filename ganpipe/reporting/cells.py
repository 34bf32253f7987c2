"""The values behind one cell: what the runs of one variant on one dataset scored on one metric.

Tables and figures take their numbers from here, so both count, leave out and average the same runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import JsonValue

from ganpipe.evaluation.metrics import Metric
from ganpipe.reporting.experiment import Experiment, MetricColumn
from ganpipe.statistics import Estimate, estimate

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Cell:
    """One cell of an experiment.

    Attributes:
        planned: runs that the protocol fits; with fewer than the row has, the others are not measured at all.
        seeds: seeds of the runs that have a value, ascending, [runs].
        values: their values, [runs].
        diverged: runs that diverged.
        floor: what an ideal sampler scores; None when the protocol states none.
    """

    planned: int
    seeds: NDArray[np.int64]
    values: NDArray[np.float64]
    diverged: int = 0
    floor: float | None = None

    @cached_property
    def estimate(self) -> Estimate | None:
        """Mean and interval over the runs that have a value."""
        return estimate(self.values)

    @property
    def undefined(self) -> int:
        """Runs that finished and yet have no finite value."""
        return self.planned - self.values.size - self.diverged


@dataclass(frozen=True)
class Curve:
    """One metric of one cell over training: ``values`` [steps, seeds], nan where a run has no snapshot."""

    steps: NDArray[np.int64]
    values: NDArray[np.float64]


def beyond_ideal(known: Estimate | None, ideal: float | None, metric: Metric) -> bool:
    """Whether the whole interval, as printed, lies on the better side of what an ideal sampler scores.

    What is clearly better than samples of the target itself has fooled the metric.
    """
    if known is None or known.interval is None or ideal is None or metric.floor_is_bound:
        return False
    low, high, floor = (round(value * metric.scale, metric.digits) for value in (*known.interval, ideal))
    return low > floor if metric.better == "higher" else high < floor


class Cells:
    """The measured values of an experiment, cell by cell."""

    def __init__(self, experiment: Experiment, metrics: pd.DataFrame) -> None:
        self._experiment = experiment
        finite = metrics.assign(value=metrics["value"].where(np.isfinite(metrics["value"])))
        keys = ["dataset", "variant", "protocol", "metric"]
        ordered = finite.sort_values("seed", kind="stable")
        headline = ordered["step"].isna()
        self._headlines: dict[Key, pd.DataFrame] = dict(iter(ordered[headline].groupby(keys)))  # type: ignore[arg-type]
        self._snapshots: dict[Key, pd.DataFrame] = dict(iter(ordered[~headline].groupby(keys)))  # type: ignore[arg-type]
        self.any_lost = bool(finite.loc[finite["step"].isna(), "value"].isna().any())
        """Whether some run has no headline, because it diverged or the metric is undefined for it."""
        counts = finite.dropna(subset="value").groupby("protocol")["n"]
        self.samples: dict[str, tuple[int, int]] = {
            str(protocol): (int(drawn.min()), int(drawn.max())) for protocol, drawn in counts
        }
        """Protocol -> the smallest and the largest number of samples that an evaluation under it drew."""
        told = [json.loads(text) for text in metrics["provenance"].dropna().unique()]
        self.classifier_accuracies: list[float] = sorted(
            {accuracy for each in told if (accuracy := each.get("classifier_accuracy")) is not None}
        )
        """How often the classifiers were right that evaluations asked, in [0, 1], each once and ascending."""
        self.classifiers = len({weights for each in told if (weights := each.get("classifier_weights"))})
        """Classifiers that evaluations asked, each trained by itself from the same specification."""

    def headline(self, dataset: str, variant: str, column: MetricColumn) -> Cell:
        """The protocol's own number for each run of a cell."""
        planned = self._experiment.cells.get((dataset, variant), [])
        runs = [run for run in planned if column.protocol in run.evaluations]
        rows = self._headlines.get((dataset, variant, column.protocol, column.metric))
        if rows is None:
            return Cell(len(runs), np.array([], dtype=np.int64), np.array([], dtype=np.float64))
        known = rows.dropna(subset="value")
        floors = rows["floor"].dropna()
        return Cell(
            planned=len(runs),
            seeds=known["seed"].to_numpy(dtype=np.int64),
            values=known["value"].to_numpy(dtype=np.float64),
            diverged=int((rows["status"] == "diverged").sum()),
            floor=float(floors.iloc[0]) if len(floors) else None,
        )

    def curve(self, dataset: str, variant: str, column: MetricColumn) -> Curve | None:
        """The metric at every snapshot that was measured of a cell; None where none was."""
        rows = self._snapshots.get((dataset, variant, column.protocol, column.metric))
        if rows is None:
            return None
        table = rows.pivot(index="step", columns="seed", values="value")
        return Curve(table.index.to_numpy(dtype=np.int64), table.to_numpy(dtype=np.float64))

    def at(self, dataset: str, column: MetricColumn, levels: Mapping[str, JsonValue]) -> list[Cell]:
        """The cells of ``dataset`` that stand at all the given levels, field -> value."""
        return [
            self.headline(dataset, variant, column)
            for (name, variant), runs in self._experiment.cells.items()
            if name == dataset and all(runs[0].level(field) == value for field, value in levels.items())
        ]

    def floor(self, dataset: str, column: MetricColumn) -> float | None:
        """What an ideal sampler scores on ``dataset`` under this protocol."""
        variants = (variant for name, variant in self._experiment.cells if name == dataset)
        floors = (self.headline(dataset, variant, column).floor for variant in variants)
        return next((floor for floor in floors if floor is not None), None)
