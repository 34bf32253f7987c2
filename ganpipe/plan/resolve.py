"""Resolves one experiment at one scale: its runs, their evaluations, and what the reporting room needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from ganpipe.data.origin import Origin
from ganpipe.data.stand_ins import StandIns, standing_in
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocol import Protocol
from ganpipe.plan.claims import Measured, planned_claims
from ganpipe.plan.expand import NAMED, Variant, expand
from ganpipe.plan.experiment import ExperimentFile, Scale
from ganpipe.plan.figures import Form, planned_figures
from ganpipe.plan.stand_ins import described
from ganpipe.presets import DATASETS
from ganpipe.spec.part import canonical, digest
from ganpipe.spec.run import RunSpec

T = TypeVar("T")

PRIMARY = ("reverse_kl",)
"""Metrics that experiments are judged by."""


@dataclass(frozen=True)
class PlannedEvaluation:
    """One run under one protocol."""

    run_id: str
    protocol: str
    classifier: ClassifierSpec | None
    stand_ins: StandIns = field(default_factory=dict)
    """Of the files that the protocol itself reads."""

    @property
    def origin(self) -> Origin | None:
        """The published weights that the evaluation reads; None when it needs none."""
        return PROTOCOLS[self.protocol].origin

    @cached_property
    def evaluation_id(self) -> str:
        """The evaluation's identity: it changes with the run, with what the protocol means and with the classifier."""
        return digest(
            {
                "run": self.run_id,
                "name": self.protocol,
                "protocol": canonical(standing_in(PROTOCOLS[self.protocol], self.stand_ins)),
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
    claims: list[dict[str, Any]]


def resolve(
    name: str,
    file: ExperimentFile,
    scale: Scale,
    reported: list[dict[str, Any]],
    where: str,
    stand_ins: StandIns,
) -> Resolved:
    """Expand an experiment and attach protocols, classifiers and figures.

    Args:
        reported: the paper's numbers, as experiment.json holds them.
        where: the file, for errors.
        stand_ins: files that are read in place of published ones.

    Raises:
        GanpipeError: a name is unknown, or parts do not fit together.
    """
    experiment = file.at(scale, where)
    variants, axes = expand(experiment, where)
    protocols = _protocols(experiment, variants, where)
    classifier = None
    if experiment.classifier is not None:
        classifier = _known(CLASSIFIERS, experiment.classifier, f"{where}: classifier")
    runs: dict[str, RunSpec] = {}
    evaluations: list[PlannedEvaluation] = []
    rows: list[dict[str, Any]] = []
    for variant in variants:
        fitting = _fitting(variant, protocols[variant.dataset], classifier, where)
        for run_id, spec in standing_in(variant.spec, stand_ins).with_seeds(experiment.seed_list):
            runs[run_id] = spec
            planned = [
                _evaluation(run_id, protocol, classifier if needs else None, stand_ins) for protocol, needs in fitting
            ]
            evaluations += planned
            rows.append(
                {
                    "run_id": run_id,
                    "dataset": variant.dataset,
                    "method": variant.method,
                    "variant": variant.label,
                    "axes": {path: value for path, value in variant.cell.items() if path not in NAMED},
                    "seed": spec.seed,
                    "evaluations": {evaluation.protocol: evaluation.evaluation_id for evaluation in planned},
                }
            )
    evaluated = {evaluation.protocol for evaluation in evaluations}
    for variant in variants:
        for protocol in set(protocols[variant.dataset]) - evaluated:
            reason = protocols[variant.dataset][protocol].refuses(variant.spec)
            raise GanpipeError(f"{where}: protocols: {protocol} fits none of the runs ({variant.label}: it {reason})")
    datasets = list(protocols)
    for dataset in file.reported.datasets if file.reported else ():
        if dataset not in (*datasets, *DATASETS):
            problem = f"{dataset!r} is not a dataset of this experiment{suggestion(dataset, datasets)}"
            raise GanpipeError(f"{where}: reported.datasets: {problem}")
    shown_axes = [axis for axis in axes if axis.field != "dataset"]
    metrics = _metrics(experiment, protocols, where)
    form = Form(
        metrics=list(dict.fromkeys(column["metric"] for column in metrics)),
        axes={axis.field: axis.values for axis in shown_axes},
        grid=list(experiment.axes.grid),
        several_methods=len(experiment.methods) > 1,
    )
    description = {
        "schema": 1,
        "name": name,
        "title": experiment.title,
        "description": experiment.description,
        "scale": scale,
        "scale_note": file.note(scale),
        "reduced": file.reduced(scale),
        "paper": None if experiment.paper is None else experiment.paper.model_dump(),
        "notes": experiment.notes,
        "datasets": datasets,
        "variants": list(dict.fromkeys(variant.label for variant in variants)),
        "axes": [{"field": axis.field, "label": axis.label, "values": axis.values} for axis in shown_axes],
        "seeds": experiment.seed_list,
        "classifier": experiment.classifier,
        "metrics": metrics,
        "rows": rows,
        "stand_ins": described(
            ((variant.dataset, standing_in(variant.spec.dataset, stand_ins)) for variant in variants),
            ((name, standing_in(PROTOCOLS[name], stand_ins)) for name in sorted(evaluated)),
        ),
        "reported": reported,
        "figures": planned_figures(experiment.figures, form, where),
    }
    here = Measured(
        cells=frozenset((row["dataset"], row["variant"]) for row in rows),
        columns=frozenset(
            (row["dataset"], row["variant"], column["metric"], column["protocol"])
            for row in rows
            for column in metrics
            if column["protocol"] in row["evaluations"]
        ),
    )
    claims = planned_claims(
        file.claims, here, lambda: _cells_of_all_scales(file, scale, where), file.all_protocols, where
    )
    return Resolved(name, runs, evaluations, description, claims)


def _evaluation(
    run_id: str, protocol: str, classifier: ClassifierSpec | None, stand_ins: StandIns
) -> PlannedEvaluation:
    origin = PROTOCOLS[protocol].origin
    own = {origin.name: stand_ins[origin.name]} if origin is not None and origin.name in stand_ins else {}
    return PlannedEvaluation(run_id, protocol, classifier and standing_in(classifier, stand_ins), own)


def _cells_of_all_scales(file: ExperimentFile, scale: Scale, where: str) -> frozenset[tuple[str, str]]:
    """(dataset, row) of everything that some scale trains."""
    scales: list[Scale] = list(file.scales) or [scale]
    variants = [variant for each in scales for variant in expand(file.at(each, where), where)[0]]
    return frozenset((variant.dataset, variant.label) for variant in variants)


def _known(presets: Mapping[str, T], name: str, where: str) -> T:
    if name not in presets:
        raise GanpipeError(f"{where}: {name!r} is not known{suggestion(name, presets)}")
    return presets[name]


def _protocols(experiment: ExperimentFile, variants: list[Variant], where: str) -> dict[str, dict[str, Protocol]]:
    """Every dataset in order -> the protocols of its runs, by name."""
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
        dataset: {name: _known(PROTOCOLS, name, f"{where}: protocols") for name in experiment.protocols_of(dataset)}
        for dataset in datasets
    }


def _fitting(
    variant: Variant, protocols: dict[str, Protocol], classifier: ClassifierSpec | None, where: str
) -> list[tuple[str, bool]]:
    """The protocols that fit the variant, and whether each needs the classifier."""
    dataset, snapshots = variant.spec.dataset, len(variant.spec.training.snapshot_steps)
    fitting: list[tuple[str, bool]] = []
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
            known = [key for key, spec in CLASSIFIERS.items() if spec.dataset == dataset.label_dataset]
            raise GanpipeError(f"{where}: classifier: {name} on {variant.dataset} needs one of {', '.join(known)}")
        fitting.append((name, protocol.needs_classifier))
    if not fitting:
        raise GanpipeError(f"{where}: protocols: none fits {variant.dataset} ({'; '.join(reasons)})")
    return fitting


def _metrics(experiment: ExperimentFile, protocols: dict[str, dict[str, Protocol]], where: str) -> list[dict[str, Any]]:
    named = {name: protocol for of_dataset in protocols.values() for name, protocol in of_dataset.items()}
    columns = [(metric, name) for name, protocol in named.items() for metric in protocol.metrics]
    known = [metric for metric, _ in columns]
    for metric in experiment.metrics or []:
        if metric not in known:
            raise GanpipeError(f"{where}: metrics: {metric!r} is not measured{suggestion(metric, known)}")
    return [
        {"metric": metric, "protocol": name, "primary": metric in PRIMARY}
        for metric, name in columns
        if experiment.metrics is None or metric in experiment.metrics
    ]
