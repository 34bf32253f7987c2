from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.layout import evaluation_path
from ganpipe.reporting.aggregate import METRICS_SCHEMA, aggregate, read_metrics, write_metrics


def test_every_row_of_every_evaluation_arrives_with_its_cell(study: Any, scores: Any) -> None:
    experiment = study.plan()
    study.evaluate(experiment, scores, steps=(100, 200))
    table = aggregate(experiment, study.results)
    assert table.schema.equals(METRICS_SCHEMA, check_metadata=True)
    assert table.num_rows == 6 * 2 * 3
    last = table.to_pylist()[-1]
    assert last | {"provenance": json.loads(last["provenance"])} == {
        "experiment": "tiny",
        "scale": "quick",
        "dataset": "ring8_pacgan",
        "method": "PacGAN2",
        "variant": "PacGAN2",
        "axes": "{}",
        "seed": 2,
        "run_id": "ring8_pacgan-PacGAN2-2",
        "evaluation_id": "ring8_pacgan-PacGAN2-2-e",
        "protocol": "mixture-2500",
        "metric": "reverse_kl",
        "step": 200,
        "value": pytest.approx(0.014),
        "n": 2500,
        "error": None,
        "floor": 0.0014,
        "status": "complete",
        "provenance": {"commit": "abc1234"},
    }


def test_a_diverged_run_is_a_row_without_a_value(study: Any, scores: Any) -> None:
    metrics = study.measure(study.plan(), lambda *cell: None if cell[1::2] == ("GAN", 1) else scores(*cell))
    lost = metrics[metrics["status"] == "diverged"]
    assert len(lost) == 2
    assert lost["value"].isna().all()
    assert set(lost["run_id"]) == {"ring8_pacgan-GAN-1"}


def test_reading_back_gives_nullable_steps(study: Any, scores: Any) -> None:
    metrics = study.measure(study.plan(), scores, steps=(100,))
    assert str(metrics["step"].dtype) == "Int64"
    assert metrics["step"].isna().sum() == 12
    assert metrics["step"].dropna().unique().tolist() == [100]


def test_an_experiment_without_runs_gives_an_empty_table(study: Any) -> None:
    assert aggregate(study.plan(rows=[]), study.results).schema.equals(METRICS_SCHEMA)


def victim(study: Any, scores: Any) -> tuple[Any, Path]:
    experiment = study.plan()
    study.evaluate(experiment, scores)
    run = experiment.rows[3]
    return experiment, evaluation_path(study.results, run.run_id, run.evaluations["mixture-2500"])


def refusal(experiment: Any, study: Any) -> str:
    with pytest.raises(GanpipeError) as refused:
        aggregate(experiment, study.results)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_missing_evaluation_is_named(study: Any, scores: Any) -> None:
    experiment, path = victim(study, scores)
    path.unlink()
    assert refusal(experiment, study) == f"{path}: no such file"


@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing of the kind"])
def test_a_garbled_evaluation_is_named(study: Any, scores: Any, content: bytes) -> None:
    experiment, path = victim(study, scores)
    path.write_bytes(content)
    assert refusal(experiment, study).startswith(f"{path}: damaged or no Parquet file (")


def test_a_truncated_evaluation_is_named(study: Any, scores: Any) -> None:
    experiment, path = victim(study, scores)
    path.write_bytes(path.read_bytes()[:-20])
    assert refusal(experiment, study).startswith(f"{path}: damaged or no Parquet file (")


def test_an_evaluation_of_another_run_is_refused(study: Any, scores: Any) -> None:
    experiment, path = victim(study, scores)
    rows = pq.ParquetFile(path).read().to_pylist()
    study.write_evaluation(path, [row | {"run_id": "another"} for row in rows])
    assert refusal(experiment, study) == f"{path}: run_id: expected 'ring8_pacgan-PacGAN2-0', the file has ['another']"


def test_an_evaluation_of_another_schema_is_refused(study: Any, scores: Any) -> None:
    experiment, path = victim(study, scores)
    study.write_evaluation(path, pq.ParquetFile(path).read().to_pylist(), version=b"2")
    assert "reads schema 1, found '2'" in refusal(experiment, study)


def test_wrong_columns_are_refused(study: Any, scores: Any) -> None:
    experiment, path = victim(study, scores)
    table = pq.ParquetFile(path).read()
    pq.write_table(table.drop_columns("floor"), path)
    assert refusal(experiment, study) == f"{path}: no column 'floor'"
    index = table.column_names.index("value")
    words = table.set_column(index, "value", pa.array(["many"] * table.num_rows))
    pq.write_table(words.replace_schema_metadata(table.schema.metadata), path)
    assert "wrong type" in refusal(experiment, study)


def test_metrics_of_another_schema_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "metrics.parquet"
    pq.write_table(METRICS_SCHEMA.empty_table().replace_schema_metadata({"ganpipe_schema": "7"}), path)
    with pytest.raises(GanpipeError, match="reads schema 1, found '7'"):
        read_metrics(path)
    pq.write_table(pa.table({"value": [1.0]}), path)
    with pytest.raises(GanpipeError, match="found None"):
        read_metrics(path)


def test_equal_evaluations_give_equal_bytes(study: Any, scores: Any, tmp_path: Path) -> None:
    experiment = study.plan()
    study.evaluate(experiment, scores, steps=(100, 200))
    for name in ("first", "second"):
        write_metrics(aggregate(experiment, study.results), tmp_path / name)
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_a_thousand_runs_are_quick(study: Any, scores: Any) -> None:
    variants = [f"variant {index}" for index in range(100)]
    seeds = list(range(10))
    rows = [study.row(variant, seed) for variant in variants for seed in seeds]
    metrics = [
        {"metric": name, "protocol": "mixture-2500"} for name in ("modes", "reverse_kl", "high_quality_fraction")
    ]
    experiment = study.plan(variants=variants, seeds=seeds, rows=rows, metrics=metrics)
    study.evaluate(experiment, scores, steps=tuple(range(100, 1100, 100)))
    started = time.process_time()
    table = aggregate(experiment, study.results)
    assert table.num_rows == 1000 * 3 * 11
    assert time.process_time() - started < 4  # 0.9 s on an idle core
