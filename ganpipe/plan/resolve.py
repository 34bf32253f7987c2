"""Resolves one experiment at one scale: its runs, their evaluations, and what the reporting room needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.classifier import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocol import Protocol
from ganpipe.plan.expand import Axis, Variant, expand
from ganpipe.plan.experiment import ExperimentFile, FigureChoice, Scale
from ganpipe.spec.part import canonical, digest
from ganpipe.spec.run import RunSpec

PRIMARY = ("reverse_kl",)
"""Metrics that experiments are judged by."""


@dataclass(frozen=True)
class PlannedEvaluation:
    """One run under one protocol."""

    run_id: str
    protocol: str
    classifier: ClassifierSpec | None

    @property
    def evaluation_id(self) -> str:
        """The identity of the evaluation: it changes with the run, with what the protocol means and with the classifier."""
        return digest(
            {
                "run": self.run_id,
                "name": self.protocol,
                "protocol": canonical(PROTOCOLS[self.protocol]),
                "classifier": None if self.classifier is None else self.classifier.classifier_id,
            }
        )


@dataclass(frozen=True)
class Resolved:
    """An experiment with all its runs."""

    name: str
    runs: dict[str, RunSpec]
    evaluations: list[PlannedEvaluation]
    description: dict[str, Any]


def resolve(name: str, file: ExperimentFile, scale: Scale, reported: list[dict[str, Any]], where: str) -> Resolved:
    """Expand an experiment and attach protocols, classifiers and figures.

    Args:
        reported: the paper's numbers, as experiment.json holds them.
        where: the file, for errors.

    Raises:
        GanpipeError: a name is unknown, or parts do not fit together.
    """
    experiment = file.at(scale)
    variants, axes = expand(experiment, where)
    protocols = [_protocol(protocol, where) for protocol in experiment.protocols]
    classifier = _classifier(experiment.classifier, where)
    runs: dict[str, RunSpec] = {}
    evaluations: list[PlannedEvaluation] = []
    rows: list[dict[str, Any]] = []
    for variant in variants:
        fitting = _fitting(variant, dict(zip(experiment.protocols, protocols, strict=True)), classifier, where)
        for seed in experiment.seed_list:
            spec = variant.spec.model_copy(update={"seed": seed})
            run_id = spec.run_id
            runs[run_id] = spec
            planned = [PlannedEvaluation(run_id, protocol, classifier if needs else None) for protocol, needs in fitting]
            evaluations += planned
            rows.append(
                {
                    "run_id": run_id,
                    "dataset": variant.dataset,
                    "method": variant.method,
                    "variant": variant.label,
                    "axes": {path: value for path, value in variant.axes.items() if path not in ("dataset", "method")},
                    "seed": seed,
                    "evaluations": {evaluation.protocol: evaluation.evaluation_id for evaluation in planned},
                }
            )
    shown_axes = [axis for axis in axes if axis.field != "dataset"]
    metrics = _metrics(experiment, where)
    description = {
        "schema": 1,
        "name": name,
        "title": experiment.title,
        "description": experiment.description,
        "scale": scale,
        "scale_note": file.note(scale),
        "paper": None if experiment.paper is None else experiment.paper.model_dump(),
        "notes": experiment.notes,
        "datasets": list(dict.fromkeys(variant.dataset for variant in variants)),
        "variants": list(dict.fromkeys(variant.label for variant in variants)),
        "axes": [{"field": axis.field, "label": axis.label, "values": axis.values} for axis in shown_axes],
        "seeds": experiment.seed_list,
        "metrics": metrics,
        "rows": rows,
        "reported": reported,
        "figures": _figures(experiment, shown_axes, metrics, where),
    }
    return Resolved(name, runs, evaluations, description)


def _protocol(name: str, where: str) -> Protocol:
    if name not in PROTOCOLS:
        raise GanpipeError(f"{where}: protocols: {name!r} is not known{suggestion(name, PROTOCOLS)}")
    return PROTOCOLS[name]


def _classifier(name: str | None, where: str) -> ClassifierSpec | None:
    if name is not None and name not in CLASSIFIERS:
        raise GanpipeError(f"{where}: classifier: {name!r} is not known{suggestion(name, CLASSIFIERS)}")
    return None if name is None else CLASSIFIERS[name]


def _fitting(
    variant: Variant, protocols: dict[str, Protocol], classifier: ClassifierSpec | None, where: str
) -> list[tuple[str, bool]]:
    """The protocols that fit the variant's dataset, and whether each needs the classifier."""
    dataset, snapshots = variant.spec.dataset, variant.spec.training.snapshots
    fitting: list[tuple[str, bool]] = []
    reasons: list[str] = []
    for name, protocol in protocols.items():
        if reason := protocol.applies_to(dataset):
            reasons.append(f"{name}: {reason}")
            continue
        if snapshots < protocol.late:
            raise GanpipeError(
                f"{where}: protocols: {name} averages {protocol.late} snapshots; set training.snapshots to "
                f"{protocol.late} or more ({variant.label} keeps {snapshots})"
            )
        if protocol.needs_classifier and (classifier is None or classifier.dataset != dataset.label_dataset):
            known = [key for key, spec in CLASSIFIERS.items() if spec.dataset == dataset.label_dataset]
            raise GanpipeError(f"{where}: classifier: {name} on {variant.dataset} needs one of {', '.join(known)}")
        fitting.append((name, protocol.needs_classifier))
    if not fitting:
        raise GanpipeError(f"{where}: protocols: none fits {variant.dataset} ({'; '.join(reasons)})")
    return fitting


def _metrics(experiment: ExperimentFile, where: str) -> list[dict[str, Any]]:
    columns = [(metric, name) for name in experiment.protocols for metric in PROTOCOLS[name].metrics]
    known = [metric for metric, _ in columns]
    for metric in experiment.metrics or []:
        if metric not in known:
            raise GanpipeError(f"{where}: metrics: {metric!r} is not measured{suggestion(metric, known)}")
    return [
        {"metric": metric, "protocol": name, "primary": metric in PRIMARY}
        for metric, name in columns
        if experiment.metrics is None or metric in experiment.metrics
    ]


def _figures(experiment: ExperimentFile, axes: list[Axis], metrics: list[dict[str, Any]], where: str) -> list[dict[str, Any]]:
    """The figures asked for, or those that the experiment's form suggests."""
    chosen = experiment.figures
    if chosen is None:
        chosen = [FigureChoice(kind=kind) for kind in ("comparison", "samples", "curves", "losses")]
        if axes:
            chosen = [FigureChoice(kind="marginals")]
        if len(axes) > 1:
            x, y = axes[0].field, axes[1].field
            shown = dict.fromkeys(column["metric"] for column in metrics)
            chosen = [FigureChoice(kind="heatmap", metric=metric, x=x, y=y) for metric in shown] + chosen
    figures = []
    for figure in chosen:
        wanted = {key: value for key, value in figure.model_dump().items() if value is not None}
        stem = "_".join([figure.kind, *([figure.metric] if figure.metric else [])])
        figures.append({**wanted, "file": stem})
    stems = [figure["file"] for figure in figures]
    if len(set(stems)) < len(stems):
        raise GanpipeError(f"{where}: figures: two figures would be called {max(stems, key=stems.count)}")
    return figures
