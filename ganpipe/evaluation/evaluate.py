"""One run under one protocol becomes one Parquet file."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import torch

from ganpipe.data.stand_ins import StandIns, standing_in, stood_in_for
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.networks.classifier import Classifier
from ganpipe.evaluation.presets import PROTOCOLS
from ganpipe.evaluation.protocols.protocol import Context, EvaluatedRun, Measurement, Protocol
from ganpipe.evaluation.schema import evaluation_table
from ganpipe.parquet import write_parquet
from ganpipe.provenance import commit, provenance


def evaluate(
    run: EvaluatedRun,
    protocol_name: str,
    evaluation_id: str,
    target: Path,
    device: torch.device,
    *,
    data_folder: Path,
    classifier_folder: Path | None = None,
    weights_folder: Path | None = None,
    stand_ins: StandIns | None = None,
) -> None:
    """Evaluate a finished run and write ``target``, whole or not at all.

    A diverged run has nothing to measure: it gets headline rows without a value and the status ``diverged``. A long
    evaluation that is interrupted leaves a folder ``<target's stem>.partial``, from which the next call goes on.

    Args:
        target: the Parquet file. A protocol with something to look at leaves a PNG of the same name beside it.
        data_folder: the prepared dataset of the run.
        classifier_folder: a trained classifier; None for protocols that need none.
        weights_folder: the published weights that the protocol reads; None for protocols that need none.
        stand_ins: files in that folder that stand in for published ones.

    Raises:
        GanpipeError: unknown protocol, or one that does not fit the run; missing, foreign or too poor classifier.
    """
    source, started, scratch = commit(), time.monotonic(), target.with_suffix(".partial")
    resumed = scratch.exists()
    if protocol_name not in PROTOCOLS:
        raise GanpipeError(f"unknown protocol {protocol_name!r}; there are {', '.join(PROTOCOLS)}")
    protocol = standing_in(PROTOCOLS[protocol_name], stand_ins or {})
    if reason := protocol.refuses(run.spec):
        raise GanpipeError(f"run {run.run_id}: {protocol_name} {reason}")
    if run.status == "complete":
        classifier = _open_classifier(run, protocol_name, protocol, classifier_folder, device)
        picture = target.with_suffix(".png")
        context = Context(run, data_folder, classifier, device, weights_folder, picture, scratch)
        measurements = protocol.evaluate(context)
    else:
        classifier = None
        measurements = [Measurement(metric, step=None, value=None, n=0) for metric in protocol.metrics]

    origin = provenance(device, source) | _made_from(run, protocol, classifier)
    # Of one process: what an interrupted one did before is not known, so nothing is said of an evaluation's cost.
    origin["evaluation_seconds"] = None if resumed else time.monotonic() - started
    write_parquet(_table(run, protocol_name, evaluation_id, measurements, origin), target)
    shutil.rmtree(scratch, ignore_errors=True)


def _made_from(run: EvaluatedRun, protocol: Protocol, classifier: Classifier | None) -> dict[str, Any]:
    """What the provenance of an evaluation says beside where and with what program it was made."""
    return {
        "run": run.result.get("provenance"),
        "classifier_accuracy": classifier and classifier.accuracy,
        "classifier_weights": classifier and classifier.weights_sha256,
        "stand_ins": sorted({*stood_in_for(run.spec.dataset), *stood_in_for(protocol)}),
    }


def _table(
    run: EvaluatedRun, protocol_name: str, evaluation_id: str, measurements: list[Measurement], origin: dict[str, Any]
) -> pa.Table:
    shared = {"run_id": run.run_id, "evaluation_id": evaluation_id, "protocol": protocol_name, "status": run.status}
    return evaluation_table((shared | asdict(row) for row in measurements), origin)


def _open_classifier(
    run: EvaluatedRun, protocol_name: str, protocol: Protocol, folder: Path | None, device: torch.device
) -> Classifier | None:
    if not protocol.needs_classifier:
        return None
    if folder is None:
        raise GanpipeError(f"run {run.run_id}: {protocol_name} needs a classifier")
    classifier = Classifier.open(folder, device)
    if classifier.spec.dataset != run.spec.dataset.label_dataset:
        raise GanpipeError(f"{folder}: this classifier does not name the modes of run {run.run_id}'s dataset")
    classifier.require(classifier.spec.minimum_accuracy)
    return classifier
