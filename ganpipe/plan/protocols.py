"""Which protocols an experiment's runs are evaluated under, and what of them its table shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocols.protocol import Protocol
from ganpipe.plan.expand import Variant
from ganpipe.plan.experiment import ExperimentFile
from ganpipe.presets import DATASETS

T = TypeVar("T")

PRIMARY = ("reverse_kl",)
"""Metrics that experiments are judged by."""


def known(presets: Mapping[str, T], name: str, where: str) -> T:
    """The preset of a name.

    Raises:
        GanpipeError: there is none.
    """
    if name not in presets:
        raise GanpipeError(f"{where}: {name!r} is not known{suggestion(name, presets)}")
    return presets[name]


def protocols_of_datasets(
    experiment: ExperimentFile, variants: list[Variant], where: str
) -> dict[str, dict[str, Protocol]]:
    """Every dataset in order -> the protocols of its runs, by name.

    Raises:
        GanpipeError: a protocol or a dataset is not known, or a dataset has no protocol.
    """
    datasets = list(dict.fromkeys(variant.dataset for variant in variants))
    if isinstance(experiment.protocols, dict):
        for name in experiment.protocols:
            # Another scale may have more datasets than this one.
            if name not in (*datasets, *DATASETS):
                problem = f"{name!r} is not a dataset of this experiment{suggestion(name, datasets)}"
                raise GanpipeError(f"{where}: protocols: {problem}")
        for dataset in datasets:
            if dataset not in experiment.protocols:
                raise GanpipeError(f"{where}: protocols: has none for {dataset}")
    return {
        dataset: {name: known(PROTOCOLS, name, f"{where}: protocols") for name in experiment.protocols_of(dataset)}
        for dataset in datasets
    }


def fitting(
    variant: Variant, protocols: dict[str, Protocol], classifier: ClassifierSpec | None, where: str
) -> list[tuple[str, bool]]:
    """The protocols that fit the variant, and whether each needs the classifier.

    Raises:
        GanpipeError: none does, one averages more snapshots than there are, or one needs another classifier.
    """
    dataset, snapshots = variant.spec.dataset, len(variant.spec.training.snapshot_steps)
    found: list[tuple[str, bool]] = []
    reasons: list[str] = []
    for name, protocol in protocols.items():
        if reason := protocol.refuses(variant.spec):
            reasons.append(f"{name}: {reason}")
            continue
        if snapshots < protocol.late:
            raise GanpipeError(
                f"{where}: protocols: {name} averages {protocol.late} snapshots; set training.snapshots to "
                f"{protocol.late} or more ({variant.label} keeps {snapshots})"
            )
        if protocol.needs_classifier and (classifier is None or classifier.dataset != dataset.label_dataset):
            choices = [key for key, spec in CLASSIFIERS.items() if spec.dataset == dataset.label_dataset]
            needed = f"one of {', '.join(choices)}" if choices else "one, and none is defined for its labels"
            raise GanpipeError(f"{where}: classifier: {name} on {variant.dataset} needs {needed}")
        found.append((name, protocol.needs_classifier))
    if not found:
        raise GanpipeError(f"{where}: protocols: none fits {variant.dataset} ({'; '.join(reasons)})")
    return found


def columns(experiment: ExperimentFile, protocols: dict[str, dict[str, Protocol]], where: str) -> list[dict[str, Any]]:
    """The columns of the table: what the protocols measure, or what of it the experiment names.

    Raises:
        GanpipeError: a metric that it names is not measured.
    """
    named = {name: protocol for of_dataset in protocols.values() for name, protocol in of_dataset.items()}
    measured = [(metric, name) for name, protocol in named.items() for metric in protocol.metrics]
    names = [metric for metric, _ in measured]
    for metric in experiment.metrics or []:
        if metric not in names:
            raise GanpipeError(f"{where}: metrics: {metric!r} is not measured{suggestion(metric, names)}")
    return [
        {"metric": metric, "protocol": name, "primary": metric in PRIMARY}
        for metric, name in measured
        if experiment.metrics is None or metric in experiment.metrics
    ]
