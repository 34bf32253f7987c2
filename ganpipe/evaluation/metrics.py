"""The metrics that tables and figures show: how each is called, which direction is better, how it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """How people read one metric.

    Attributes:
        label: heading of a column or an axis.
        better: direction of improvement.
        digits: decimals printed.
        scale: factor applied for display only (100 for fractions that papers print in percent).
    """

    label: str
    better: Literal["higher", "lower"]
    digits: int
    scale: float = 1.0


METRICS = {
    "modes": Metric("Modes", "higher", 1),
    "reverse_kl": Metric("Reverse KL (nats)", "lower", 3),
    "forward_kl": Metric("Forward KL (nats)", "lower", 3),
    "high_quality_fraction": Metric("High quality (%)", "higher", 1, scale=100.0),
}
