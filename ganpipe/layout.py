"""The folder of results: what stands where in it, and under which names.

The workflow's rules spell the same paths once more, as Snakemake's patterns.
"""

from __future__ import annotations

from pathlib import Path

SPEC = "spec.json"
CHECKPOINT, PREVIOUS_CHECKPOINT = "checkpoint.pt", "checkpoint-previous.pt"
LEASE = "lease.json"
HISTORY = "history.parquet"
SAMPLES = "samples.png"
COMPLETE = "complete.json"
RESULT = "result.json"
RESTORED = "restored.json"
"""Files of a run. A trained classifier has a ``RESULT``, too."""

MANIFEST = "manifest.json"
"""Of a prepared dataset: written last, so that who sees it sees a whole dataset."""

EXPERIMENT = "experiment.json"
CLAIMS = "claims.json"
"""What an experiment is, and what its claims are, as the planner writes them."""


def dataset_folder(results: Path, dataset_id: str) -> Path:
    return results / "datasets" / dataset_id


def classifier_folder(results: Path, classifier_id: str) -> Path:
    return results / "classifiers" / classifier_id


def download_folder(results: Path, origin: str) -> Path:
    return results / "downloads" / origin


def run_folder(results: Path, run_id: str) -> Path:
    return results / "runs" / run_id


def evaluations_folder(results: Path, run_id: str) -> Path:
    """All evaluations of a run, one file each."""
    return results / "evaluations" / run_id


def evaluation_path(results: Path, run_id: str, evaluation_id: str) -> Path:
    return evaluations_folder(results, run_id) / f"{evaluation_id}.parquet"


def experiment_folder(results: Path, scale: str, experiment: str) -> Path:
    """What is planned and reported of an experiment at one scale."""
    return results / scale / experiment
