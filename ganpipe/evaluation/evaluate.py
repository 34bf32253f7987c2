"""One run under one protocol becomes one Parquet file."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.classifier import Classifier
from ganpipe.evaluation.presets import PROTOCOLS
from ganpipe.evaluation.protocol import Context, EvaluatedRun, Measurement, Protocol
from ganpipe.files import replacing
from ganpipe.provenance import provenance

SCHEMA_VERSION = b"1"
SCHEMA = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("evaluation_id", pa.string(), nullable=False),
        pa.field("protocol", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("step", pa.int64()),
        pa.field("value", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("error", pa.float64()),
        pa.field("floor", pa.float64()),
        pa.field("status", pa.string(), nullable=False),
    ]
)
"""One row a metric and snapshot; ``step`` is null in the headline rows, which come first."""


def evaluate(
    run: EvaluatedRun,
    protocol_name: str,
    evaluation_id: str,
    data_folder: Path,
    classifier_folder: Path | None,
    target: Path,
    on: torch.device,
) -> None:
    """Evaluate a finished run and write ``target``, whole or not at all.

    A diverged run has nothing to measure: it gets headline rows without a value and the status ``diverged``.

    Args:
        data_folder: the prepared dataset of the run.
        classifier_folder: a trained classifier; None for protocols that need none.

    Raises:
        GanpipeError: unknown protocol, or one that does not fit the run; missing, foreign or too poor classifier.
    """
    started = time.monotonic()
    if protocol_name not in PROTOCOLS:
        raise GanpipeError(f"unknown protocol {protocol_name!r}; there are {', '.join(PROTOCOLS)}")
    protocol = PROTOCOLS[protocol_name]
    if reason := protocol.applies_to(run.spec.dataset):
        raise GanpipeError(f"run {run.run_id}: {protocol_name} {reason}")
    if run.status == "complete":
        classifier = _open_classifier(run, protocol_name, protocol, classifier_folder, on)
        measurements = protocol.evaluate(Context(run, data_folder, classifier, on))
    else:
        classifier = None
        measurements = [Measurement(metric, step=None, value=None, n=0) for metric in protocol.metrics]

    shared = {
        "run_id": run.run_id,
        "evaluation_id": evaluation_id,
        "protocol": protocol_name,
        "status": run.status,
    }
    origin = provenance(on) | {
        "run": run.result.get("provenance"),
        "classifier_accuracy": classifier and classifier.accuracy,
        "evaluation_seconds": time.monotonic() - started,
    }
    schema = SCHEMA.with_metadata({b"ganpipe_schema": SCHEMA_VERSION, b"provenance": json.dumps(origin).encode()})
    table = pa.Table.from_pylist([shared | asdict(row) for row in measurements], schema)
    with replacing(target) as temporary:
        pq.write_table(table, temporary)


def read_evaluation(path: Path) -> pa.Table:
    """Read what :func:`evaluate` wrote.

    Raises:
        GanpipeError: the file is missing or garbled, or another version of ganpipe wrote it in another schema.
    """
    if not path.is_file():
        raise GanpipeError(f"{path}: no such file")
    try:
        # Not read_table, which looks for partitions in the names of the folders.
        with pq.ParquetFile(path) as file:
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise GanpipeError(f"{path}: not a readable Parquet file ({str(error).splitlines()[0]})") from None
    version = (table.schema.metadata or {}).get(b"ganpipe_schema")
    if version != SCHEMA_VERSION or not table.schema.equals(SCHEMA):
        written = "none" if version is None else version.decode(errors="replace")
        raise GanpipeError(
            f"{path}: not an evaluation of schema {SCHEMA_VERSION.decode()} (schema: {written}); delete it"
        )
    return table


def _open_classifier(
    run: EvaluatedRun, protocol_name: str, protocol: Protocol, folder: Path | None, on: torch.device
) -> Classifier | None:
    if not protocol.needs_classifier:
        return None
    if folder is None:
        raise GanpipeError(f"run {run.run_id}: {protocol_name} needs a classifier")
    classifier = Classifier.open(folder, on)
    if classifier.spec.dataset != run.spec.dataset.label_dataset:
        raise GanpipeError(f"{folder}: this classifier does not name the modes of run {run.run_id}'s dataset")
    classifier.require(classifier.spec.minimum_accuracy)
    return classifier
