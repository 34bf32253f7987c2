"""The metrics that tables and figures show: how each is called, which direction is better, how it is printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True)
class Metric:
    """How people read one metric.

    Attributes:
        label: heading of a column or an axis.
        better: direction of improvement.
        digits: decimals printed.
        scale: factor applied for display only (100 for fractions that papers print in percent).
        floor_is_bound: whether a protocol's floor is the worst that an ideal sampler scores rather than its mean, so
            that a better value means nothing.
    """

    label: str
    better: Literal["higher", "lower"]
    digits: int
    scale: float = 1.0
    floor_is_bound: bool = False


FEATURES = {"": "", "_clean": " (clean resizing)", "_classifier": " (classifier's features)"}
"""Suffix of a metric's name -> how people read which features it was made from; see ``features.py``."""

_OF_FEATURES = {
    "fid": Metric("FID", "lower", 2),
    # Binkowski et al. print a thousand times the value.
    "kid": Metric("KID x 1000", "lower", 2, scale=1000.0),
    "precision": Metric("Precision", "higher", 3),
    "recall": Metric("Recall", "higher", 3),
    "density": Metric("Density", "higher", 3),
    "coverage": Metric("Coverage", "higher", 3),
    "inception_score": Metric("Inception Score", "higher", 2),
    "mode_score": Metric("Mode Score", "higher", 2),
    "mode_score_against_real": Metric("Mode Score, other reading", "higher", 2),
    "collision_rate": Metric("Batches with a duplicate (%)", "lower", 1, scale=100.0, floor_is_bound=True),
    "collision_rate_low": Metric("Batches with a duplicate, at least (%)", "lower", 1, scale=100.0),
    "collision_rate_high": Metric("Batches with a duplicate, at most (%)", "lower", 1, scale=100.0),
}

_OF_LIKELIHOOD = {
    "negative_log_likelihood": Metric("Negative log-likelihood (nats)", "lower", 1),
    "negative_log_likelihood_low": Metric("Negative log-likelihood, at least (nats)", "lower", 1),
    "negative_log_likelihood_high": Metric("Negative log-likelihood, at most (nats)", "lower", 1),
    "effective_sample_size": Metric("Effective sample size", "higher", 1),
}

METRICS = {
    "modes": Metric("Modes", "higher", 1),
    "reverse_kl": Metric("Reverse KL (nats)", "lower", 3),
    "forward_kl": Metric("Forward KL (nats)", "lower", 3),
    "reverse_kl_over_all": Metric("Reverse KL over all samples (nats)", "lower", 3),
    # To the labels of the training data, where these are not those of the test data.
    "reverse_kl_train": Metric("Reverse KL to training data (nats)", "lower", 3),
    "forward_kl_train": Metric("Forward KL to training data (nats)", "lower", 3),
    "high_quality_fraction": Metric("High quality (%)", "higher", 1, scale=100.0),
    **{
        name + suffix: replace(metric, label=metric.label + remark)
        for suffix, remark in {"": "", "_train": ", training"}.items()
        for name, metric in _OF_LIKELIHOOD.items()
    },
    "sliced_wasserstein": Metric("Sliced Wasserstein", "lower", 4),
    **{
        name + suffix: replace(metric, label=metric.label + remark)
        for suffix, remark in FEATURES.items()
        for name, metric in _OF_FEATURES.items()
    },
}
