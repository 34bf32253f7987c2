"""Experiments of two or three rows with run values as a test wants them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ganpipe.files import write_json
from ganpipe.plan.index import spec_path
from ganpipe.reporting.aggregate import read_metrics
from ganpipe.reporting.claims.judge import Judgement, judge
from ganpipe.reporting.claims.planned import read_claims
from ganpipe.reporting.experiment import read_description
from tests.reporting.conftest import PROTOCOL, RING, Study

Values = Mapping[str, Sequence[float | None]]
"""Row -> the headline of each seed; None for a run that diverged."""


class Trial:
    """A study whose rows score what they are told on every metric."""

    def __init__(self, study: Study) -> None:
        self.study = study

    def claim(self, first: str, second: str, metric: str = "reverse_kl", **changes: Any) -> dict[str, Any]:
        """One claim with one comparison, as claims.json holds it."""
        comparison = {"dataset": RING, "metric": metric, "protocol": PROTOCOL, "first": first, "second": second}
        usual = {"text": "It works.", "where": "section 4", "basis": "text", "form": "better", "margin": 0.0}
        return {**usual, "absent": [], "comparisons": [comparison], **changes}

    def prepare(self, values: Values, *claims: dict[str, Any], **changes: Any) -> None:
        """Write experiment.json, claims.json, the evaluations, metrics.parquet and the specifications."""
        seeds = sorted({seed for scores in values.values() for seed in range(len(scores))})
        rows = [self.study.row(label, seed) for label, scores in values.items() for seed in range(len(scores))]
        experiment = self.study.plan(**{"variants": list(values), "seeds": seeds, "rows": rows, **changes})
        self.study.measure(experiment, lambda dataset, variant, metric, seed: values[variant][seed])
        write_json(self.study.folder / "claims.json", {"schema": 1, "claims": list(claims)})
        specs = {row["run_id"]: {"spec": {"method": row["variant"], "seed": row["seed"]}} for row in rows}
        write_json(spec_path(self.study.results, "runs", rows[0]["run_id"]), specs)

    def judged(self, values: Values, *claims: dict[str, Any], **changes: Any) -> Judgement:
        """The verdicts on claims about these values."""
        self.prepare(values, *claims, **changes)
        experiment = read_description(self.study.folder / "experiment.json")
        planned = read_claims(self.study.folder / "claims.json", experiment)
        return judge(experiment, planned, read_metrics(self.study.folder / "metrics.parquet"))


@pytest.fixture
def trial(study: Study) -> Trial:
    return Trial(study)
