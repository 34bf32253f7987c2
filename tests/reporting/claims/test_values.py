from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ganpipe.reporting.claims.values import Evidence
from tests.reporting.conftest import RING


def headlines(study: Any, made: dict[str, Any], value: float | None = 0.5, status: str = "complete") -> pd.DataFrame:
    experiment = study.plan()
    frame: pd.DataFrame = study.measure(experiment, lambda *cell: value, steps=[10])
    return frame.assign(provenance=json.dumps(made), status=status)


@pytest.mark.parametrize(
    ("made", "commit"),
    [
        ({"commit": "aaaaaaaaaaaaaaaa", "run": {"commit": "bbbbbbbbbbbbbbbb", "dirty": False}}, "bbbbbbbbbb"),
        ({"commit": "aaaaaaaaaaaaaaaa", "run": {"commit": "bbbbbbbbbbbbbbbb", "dirty": True}}, "bbbbbbbbbb+"),
        ({"commit": "aaaaaaaaaaaaaaaa", "run": None}, "aaaaaaaaaa"),
        ({"commit": None, "dirty": None}, ""),
    ],
)
def test_the_commit_is_that_of_the_training(study: Any, made: dict[str, Any], commit: str) -> None:
    frame = headlines(study, made)
    experiment = study.plan()
    row = Evidence(experiment, frame).row(RING, "GAN", experiment.metrics[0])
    assert {run.commit for run in row.runs} == {commit}


def test_a_score_is_larger_where_a_run_is_better(study: Any) -> None:
    frame = headlines(study, {})
    experiment = study.plan()
    modes, divergence = (Evidence(experiment, frame).row(RING, "GAN", column) for column in experiment.metrics)
    assert modes.scores.tolist() == [0.5] * 3
    assert divergence.scores.tolist() == [-0.5] * 3
    assert divergence.values.tolist() == [0.5] * 3


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_run_without_a_finite_value_is_undefined_and_worst(study: Any, value: float) -> None:
    frame = headlines(study, {}).assign(value=value)
    experiment = study.plan()
    row = Evidence(experiment, frame).row(RING, "GAN", experiment.metrics[1])
    assert {run.status for run in row.runs} == {"undefined"}
    assert row.scores.tolist() == [-np.inf] * 3
    assert (row.lost, row.mean) == (3, None)


def test_only_the_headline_counts(study: Any) -> None:
    frame = headlines(study, {})
    frame.loc[frame["step"].notna(), "value"] = 99.0
    experiment = study.plan()
    assert Evidence(experiment, frame).row(RING, "GAN", experiment.metrics[0]).mean == 0.5


def test_a_run_that_was_not_measured_is_lost(study: Any) -> None:
    frame = headlines(study, {})
    experiment = study.plan()
    kept = frame[frame["run_id"] != "ring8_pacgan-GAN-1"]
    row = Evidence(experiment, kept).row(RING, "GAN", experiment.metrics[0])
    assert [run.value for run in row.runs] == [0.5, None, 0.5]
