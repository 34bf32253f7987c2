"""What a figure request names, looked up in its experiment."""

from __future__ import annotations

from ganpipe.errors import GanpipeError
from ganpipe.reporting.experiment import Axis, Experiment, FigureRequest, MetricColumn


def metrics(experiment: Experiment, request: FigureRequest) -> list[MetricColumn]:
    """The requested metric under each of its protocols, the primary one first; without a request the primary metrics.

    Raises:
        GanpipeError: the experiment does not measure it.
    """
    if request.metric is None:
        return experiment.primary_metrics
    named = [column for column in experiment.metrics if column.metric == request.metric]
    if not named:
        known = ", ".join(dict.fromkeys(column.metric for column in experiment.metrics))
        raise GanpipeError(
            f"{experiment.name}: figure {request.file}: metric: {request.metric!r} is not one of {known}"
        )
    return sorted(named, key=lambda column: not column.primary)


def axis(experiment: Experiment, request: FigureRequest, name: str) -> Axis:
    """The axis that the request puts on ``x`` or ``y``, or over ``panels``.

    Raises:
        GanpipeError: the experiment does not vary it.
    """
    field = {"x": request.x, "y": request.y, "panels": request.panels}[name]
    for factor in experiment.factors:
        if factor.field == field:
            return factor
    known = ", ".join(factor.field for factor in experiment.factors) or "none"
    raise GanpipeError(f"{experiment.name}: figure {request.file}: {name}: {field!r} is not an axis; axes: {known}")
