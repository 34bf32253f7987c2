"""Whether our rows come in the paper's order: Kendall's tau over the rows for which the paper gives its own number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import kendalltau, rankdata

from ganpipe.evaluation.metrics import METRICS
from ganpipe.plan.reported import ReportedNumber
from ganpipe.reporting.claims.values import Evidence
from ganpipe.reporting.experiment import Experiment, MetricColumn


@dataclass(frozen=True)
class Agreement:
    """Our order of rows beside the paper's, on one dataset and metric.

    Attributes:
        order: the rows compared, best of the paper first; those that tie in the paper stand together.
        tau: Kendall's tau-b, -1 to 1; None when all rows of one side tie.
        left_out: rows whose reported number is recalled or copied from another paper.
    """

    dataset: str
    column: MetricColumn
    order: tuple[tuple[str, ...], ...]
    tau: float | None
    left_out: tuple[str, ...]


def agreements(experiment: Experiment, evidence: Evidence) -> list[Agreement]:
    """One entry a dataset and metric with at least two reported rows that were run.

    A paper gives one number a row; where a metric is measured under several protocols, the first is compared.
    """
    found = []
    for dataset in experiment.datasets:
        seen: set[str] = set()
        for column in experiment.columns(dataset):
            if column.metric not in seen:
                seen.add(column.metric)
                agreement = _agreement(experiment, evidence, dataset, column)
                found += [agreement] if agreement is not None else []
    return found


def _agreement(experiment: Experiment, evidence: Evidence, dataset: str, column: MetricColumn) -> Agreement | None:
    reported = {
        label: number
        for (name, label, metric), number in experiment.reported_values.items()
        if (name, metric) == (dataset, column.metric)
        and any(column.protocol in run.evaluations for run in experiment.cells.get((dataset, label), ()))
    }
    sign = 1.0 if METRICS[column.metric].better == "higher" else -1.0
    theirs = {
        label: sign * number.value for label, number in reported.items() if number.value is not None and _is_own(number)
    }
    if len(theirs) < 2:
        return None
    scores = [evidence.row(dataset, label, column).scores for label in theirs]
    # A row stands where its runs stand on average among all runs, so lost runs pull it down.
    ranks = np.split(rankdata(np.concatenate(scores)), np.cumsum([each.size for each in scores])[:-1])
    tau = float(kendalltau(list(theirs.values()), [each.mean() for each in ranks]).statistic)
    return Agreement(
        dataset=dataset,
        column=column,
        order=tuple(
            tuple(label for label, value in theirs.items() if value == level)
            for level in sorted(set(theirs.values()), reverse=True)
        ),
        tau=tau if np.isfinite(tau) else None,
        left_out=tuple(label for label in reported if label not in theirs),
    )


def _is_own(number: ReportedNumber) -> bool:
    """Whether the number is the paper's own and more than a memory of it."""
    return number.copied_from is None and number.confidence != "recalled"
