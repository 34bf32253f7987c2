"""An invented experiment with its evaluation files, as the other rooms would have left them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganpipe.files import write_json
from ganpipe.reporting.aggregate import EVALUATION_SCHEMA, VERSION, VERSION_KEY, aggregate, evaluation_path
from ganpipe.reporting.experiment import Experiment, read_experiment

Value = Callable[[str, str, str, int], float | None]
"""(dataset, variant, metric, seed) -> the headline; None for a diverged run."""


def content(**changes: Any) -> dict[str, Any]:
    """A valid experiment.json of two methods on one ring, three seeds each."""
    return {
        "schema": 1,
        "name": "tiny",
        "title": "A tiny comparison",
        "description": "Two methods on a ring.",
        "scale": "quick",
        "scale_note": "minutes on two cores",
        "paper": {"name": "PacGAN", "item": "Table 1", "section": "4.2"},
        "notes": ["The discriminator is weak on purpose."],
        "datasets": ["ring8_pacgan"],
        "variants": ["GAN", "PacGAN2"],
        "axes": [],
        "seeds": [0, 1, 2],
        "metrics": [
            {"metric": "modes", "protocol": "mixture-2500", "primary": True},
            {"metric": "reverse_kl", "protocol": "mixture-2500", "primary": False},
        ],
        "rows": [row("ring8_pacgan", variant, seed) for variant in ("GAN", "PacGAN2") for seed in (0, 1, 2)],
        "reported": [],
        "figures": [{"kind": "comparison", "file": "comparison"}],
    } | changes


def row(dataset: str, variant: str, seed: int, **changes: Any) -> dict[str, Any]:
    """One planned run whose ids tell what it is."""
    run_id = f"{dataset}-{variant}-{seed}".replace(" ", "_").replace("/", "_")
    return {
        "run_id": run_id,
        "dataset": dataset,
        "method": variant,
        "variant": variant,
        "axes": {},
        "seed": seed,
        "evaluations": {"mixture-2500": f"{run_id}-e"},
    } | changes


def reported(variant: str, metric: str, value: float | None, **changes: Any) -> dict[str, Any]:
    """One number of the paper on the ring."""
    return {
        "dataset": "ring8_pacgan",
        "variant": variant,
        "metric": metric,
        "value": value,
        "error": None,
        "error_kind": None,
        "trials": None,
        "confidence": "read",
        "copied_from": None,
    } | changes


def write_evaluation(path: Path, rows: list[dict[str, Any]], provenance: dict[str, Any] | None = None) -> None:
    """An evaluation file as the evaluation room writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {VERSION_KEY: VERSION, b"provenance": json.dumps(provenance or {"commit": "abc1234"}).encode()}
    pq.write_table(pa.Table.from_pylist(rows, schema=EVALUATION_SCHEMA.with_metadata(metadata)), path)


def evaluate(experiment: Experiment, results: Path, value: Value, steps: tuple[int, ...] = ()) -> None:
    """Write the evaluations of every run: the headline, and at each step something that approaches it."""
    for run in experiment.rows:
        for protocol, evaluation_id in run.evaluations.items():
            rows = []
            for column in experiment.metrics:
                if column.protocol != protocol:
                    continue
                final = value(run.dataset, run.variant, column.metric, run.seed)
                floor = 0.0014 if column.metric == "reverse_kl" else None
                curve = [] if final is None else [(step, final * (2 - step / steps[-1])) for step in steps]
                for step, point in [(None, final), *curve]:
                    rows.append(
                        {
                            "run_id": run.run_id,
                            "evaluation_id": evaluation_id,
                            "protocol": protocol,
                            "metric": column.metric,
                            "step": step,
                            "value": point,
                            "n": 2500,
                            "error": None,
                            "floor": floor,
                            "status": "diverged" if final is None else "complete",
                        }
                    )
            write_evaluation(evaluation_path(results, run.run_id, evaluation_id), rows)


def measured(experiment: Experiment, results: Path, value: Value, steps: tuple[int, ...] = ()) -> pd.DataFrame:
    """The aggregated metrics of an experiment whose headlines are given by ``value``."""
    evaluate(experiment, results, value, steps)
    frame = aggregate(experiment, results).to_pandas()
    frame["step"] = frame["step"].astype("Int64")
    return frame


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Experiment]:
    """Write a valid experiment.json with some keys changed, and read it back."""

    def make_one(**changes: Any) -> Experiment:
        path = tmp_path / "results" / "quick" / "tiny" / "experiment.json"
        write_json(path, content(**changes))
        return read_experiment(path)

    return make_one


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """The folder of results that ``make`` writes into."""
    return tmp_path / "results"


def spread(base: float, seed: int, scale: float = 0.05) -> float:
    """A value near ``base`` that belongs to a seed."""
    return float(base * (1 + scale * np.sin(7.0 * seed + 1.0)))
