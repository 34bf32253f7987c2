"""An invented experiment with its evaluations and runs, as the other rooms would have left them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganpipe.evaluation.schema import SCHEMA, SCHEMA_VERSION
from ganpipe.files import write_json
from ganpipe.layout import evaluation_path
from ganpipe.reporting.aggregate import aggregate, read_metrics, write_metrics
from ganpipe.reporting.experiment import Experiment, read_description

Value = Callable[[str, str, str, int], float | None]
"""(dataset, variant, metric, seed) -> the headline; None for a run that diverged."""

RING = "ring8_pacgan"
PROTOCOL = "mixture-2500"


@dataclass
class Study:
    """A folder of results with one experiment in it."""

    results: Path
    provenance: dict[str, Any] = field(default_factory=lambda: {"commit": "abc1234"})

    @property
    def folder(self) -> Path:
        return self.results / "quick" / "tiny"

    def content(self, **changes: Any) -> dict[str, Any]:
        """A valid experiment.json: two methods on a ring, three seeds each."""
        return {
            "schema": 1,
            "name": "tiny",
            "title": "A tiny comparison",
            "description": "Two methods on a ring.",
            "scale": "quick",
            "scale_note": "minutes on two cores",
            "paper": {"name": "PacGAN", "item": "Table 1", "section": "4.2"},
            "notes": ["The discriminator is weak on purpose."],
            "datasets": [RING],
            "variants": ["GAN", "PacGAN2"],
            "axes": [],
            "seeds": [0, 1, 2],
            "metrics": [
                {"metric": "modes", "protocol": PROTOCOL, "primary": True},
                {"metric": "reverse_kl", "protocol": PROTOCOL, "primary": False},
            ],
            "rows": [self.row(variant, seed) for variant in ("GAN", "PacGAN2") for seed in (0, 1, 2)],
            "reported": [],
            "figures": [{"kind": "comparison", "file": "comparison"}],
        } | changes

    def row(self, variant: str, seed: int, dataset: str = RING, **changes: Any) -> dict[str, Any]:
        """One planned run, whose ids tell what it is."""
        run_id = f"{dataset}-{variant}-{seed}"
        known = {"run_id": run_id, "dataset": dataset, "method": variant, "variant": variant, "axes": {}, "seed": seed}
        return known | {"evaluations": {PROTOCOL: f"{run_id}-e"}} | changes

    def grid(self, axes: Sequence[dict[str, Any]], datasets: Sequence[str] = (RING,)) -> dict[str, Any]:
        """The changes that make the experiment a sweep of one method over all combinations of two axes."""
        first, second = axes
        rows = [
            self.row(f"GAN {a} {b}", seed, dataset, method="GAN", axes={first["field"]: a, second["field"]: b})
            for dataset in datasets
            for a in first["values"]
            for b in second["values"]
            for seed in (0, 1, 2)
        ]
        variants = list(dict.fromkeys(row["variant"] for row in rows))
        return {"axes": list(axes), "datasets": list(datasets), "variants": variants, "rows": rows, "paper": None}

    def reported(self, variant: str, metric: str, value: float | None, **changes: Any) -> dict[str, Any]:
        """One number of the paper, on the ring."""
        unknown = {"error": None, "error_kind": None, "trials": None, "confidence": "read", "copied_from": None}
        return {"dataset": RING, "variant": variant, "metric": metric, "value": value} | unknown | changes

    def plan(self, **changes: Any) -> Experiment:
        """Write experiment.json with some keys changed, and read it."""
        write_json(self.folder / "experiment.json", self.content(**changes))
        return read_description(self.folder / "experiment.json")

    def evaluate(self, experiment: Experiment, value: Value, steps: Sequence[int] = ()) -> None:
        """Write every evaluation: the headline, and at each step something that approaches it."""
        for run in experiment.rows:
            for protocol, evaluation_id in run.evaluations.items():
                rows = []
                for metric in (column.metric for column in experiment.metrics if column.protocol == protocol):
                    final = value(run.dataset, run.variant, metric, run.seed)
                    curve = [] if final is None else [(step, final * (2 - step / steps[-1])) for step in steps]
                    known = {
                        "run_id": run.run_id,
                        "evaluation_id": evaluation_id,
                        "protocol": protocol,
                        "metric": metric,
                        "n": 0 if final is None else 2500,
                        "floor": 0.0014 if metric == "reverse_kl" else None,
                        "status": "diverged" if final is None else "complete",
                    }
                    rows += [known | {"step": step, "value": point} for step, point in [(None, final), *curve]]
                self.write_evaluation(evaluation_path(self.results, run.run_id, evaluation_id), rows)

    def write_evaluation(self, path: Path, rows: list[dict[str, Any]], version: bytes = SCHEMA_VERSION) -> None:
        """One evaluation file in the schema of the evaluation room."""
        metadata = {b"ganpipe_schema": version, b"provenance": json.dumps(self.provenance).encode()}
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA.with_metadata(metadata)), path)

    def measure(self, experiment: Experiment, value: Value, steps: Sequence[int] = ()) -> pd.DataFrame:
        """Evaluate every run, aggregate, and read the result back."""
        self.evaluate(experiment, value, steps)
        write_metrics(aggregate(experiment, self.results), self.folder / "metrics.parquet")
        return read_metrics(self.folder / "metrics.parquet")


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path / "results")


@pytest.fixture
def scores() -> Value:
    """A little spread over the seeds; one method better than the other."""

    def value(dataset: str, variant: str, metric: str, seed: int) -> float:
        better = variant != "GAN"
        if metric == "modes":
            return 8.0 if better else 6.0 + 0.5 * seed
        return (0.01 if better else 0.5) * (1 + 0.2 * seed)

    return value
