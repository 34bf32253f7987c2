from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from ganpipe.reporting.renderers import csv as renderer
from ganpipe.reporting.table import Table, build_table


def rows_of(table: Table) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(renderer.render(table))))


def test_a_line_holds_one_metric_of_one_row_in_full(full_table: Table) -> None:
    rows = rows_of(full_table)
    assert len(rows) == 4 * 2
    known = rows[2]
    assert (known["variant"], known["metric"], known["better"], known["scale"]) == (
        "PacGAN2",
        "modes",
        "higher",
        "quick",
    )
    assert (known["mean"], known["standard_error"]) == ("8", "0")
    assert (known["reported"], known["reported_error"], known["reported_error_kind"]) == ("7.9", "0.05", "stderr")
    lost = rows[4]
    assert (lost["variant"], lost["runs"], lost["planned_runs"], lost["diverged_runs"]) == ("Set|GAN*", "5", "6", "1")
    assert float(lost["mean"]) == pytest.approx(7.22)


def test_what_is_unknown_is_empty(full_table: Table) -> None:
    paper = rows_of(full_table)[6]
    assert paper["variant"] == "ALI (λ=0.1)"
    assert (paper["mean"], paper["interval_low"], paper["planned_runs"]) == ("", "", "0")
    assert (paper["reported"], paper["copied_from"], paper["confidence"]) == ("5.5", "VEEGAN Table 2", "recalled")


def test_fractions_stay_fractions(study: Any) -> None:
    experiment = study.plan(metrics=[{"metric": "high_quality_fraction", "protocol": "mixture-2500"}])
    rows = rows_of(build_table(experiment, study.measure(experiment, lambda *cell: 0.25)))
    assert rows[0]["mean"] == "0.25"


def test_every_axis_is_a_column(study: Any, scores: Any) -> None:
    axes = [
        {"field": "rate", "label": "rate", "values": [0.1, 0.2]},
        {"field": "loss", "label": "loss", "values": ["a"]},
    ]
    experiment = study.plan(**study.grid(axes))
    rows = rows_of(build_table(experiment, study.measure(experiment, scores)))
    assert [(row["rate"], row["loss"]) for row in rows[::2]] == [("0.1", "a"), ("0.2", "a")]
