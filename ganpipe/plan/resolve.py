"""Resolves one experiment at one scale: its runs, their evaluations, and what the reporting room needs to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ganpipe.data.origin import Origin
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocol import Protocol
from ganpipe.plan.claims import Measured, planned_claims
from ganpipe.plan.expand import NAMED, Axis, Variant, expand
from ganpipe.plan.experiment import ExperimentFile, FigureChoice, Scale
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

    @property
    def origin(self) -> Origin | None:
        """The published weights that the evaluation reads; None when it needs none."""
        return PROTOCOLS[self.protocol].origin

    @property
    def evaluation_id(self) -> str:
        """The evaluation's identity: it changes with the run, with what the protocol means and with the classifier."""
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
    claims: list[dict[str, Any]]


def resolve(name: str, file: ExperimentFile, scale: Scale, reported: list[dict[str, Any]], where: str) -> Resolved:
    """Expand an experiment and attach protocols, classifiers and figures.

    Args:
        reported: the paper's numbers, as experiment.json holds them.
        where: the file, for errors.

    Raises:
        GanpipeError: a name is unknown, or parts do not fit together.
    """
    experiment = file.at(scale, where)
    variants, axes = expand(experiment, where)
    protocols = {name: _known(PROTOCOLS, name, f"{where}: protocols") for name in experiment.protocols}
    classifier = None
    if experiment.classifier is not None:
        classifier = _known(CLASSIFIERS, experiment.classifier, f"{where}: classifier")
    runs: dict[str, RunSpec] = {}
    evaluations: list[PlannedEvaluation] = []
    rows: list[dict[str, Any]] = []
    for variant in variants:
        fitting = _fitting(variant, protocols, classifier, where)
        for seed in experiment.seed_list:
            spec = variant.spec.model_copy(update={"seed": seed})
            run_id = spec.run_id
            runs[run_id] = spec
            planned = [
                PlannedEvaluation(run_id, protocol, classifier if needs else None) for protocol, needs in fitting
            ]
            evaluations += planned
            rows.append(
                {
                    "run_id": run_id,
                    "dataset": variant.dataset,
                    "method": variant.method,
                    "variant": variant.label,
                    "axes": {path: value for path, value in variant.cell.items() if path not in NAMED},
                    "seed": seed,
                    "evaluations": {evaluation.protocol: evaluation.evaluation_id for evaluation in planned},
                }
            )
    for name in set(protocols) - {evaluation.protocol for evaluation in evaluations}:
        reason = protocols[name].refuses(variants[0].spec)
        raise GanpipeError(f"{where}: protocols: {name} fits none of the runs ({variants[0].label}: it {reason})")
    datasets = list(dict.fromkeys(variant.dataset for variant in variants))
    for dataset in file.reported.datasets if file.reported else ():
        if dataset not in (*datasets, *DATASETS):
            problem = f"{dataset!r} is not a dataset of this experiment{suggestion(dataset, datasets)}"
            raise GanpipeError(f"{where}: reported.datasets: {problem}")
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
        "datasets": datasets,
        "variants": list(dict.fromkeys(variant.label for variant in variants)),
        "axes": [{"field": axis.field, "label": axis.label, "values": axis.values} for axis in shown_axes],
        "seeds": experiment.seed_list,
        "metrics": metrics,
        "rows": rows,
        "reported": reported,
        "figures": _figures(experiment, shown_axes, metrics, where),
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


def _cells_of_all_scales(file: ExperimentFile, scale: Scale, where: str) -> frozenset[tuple[str, str]]:
    """(dataset, row) of everything that some scale trains."""
    scales: list[Scale] = list(file.scales) or [scale]
    variants = [variant for each in scales for variant in expand(file.at(each, where), where)[0]]
    return frozenset((variant.dataset, variant.label) for variant in variants)


def _known(presets: Mapping[str, T], name: str, where: str) -> T:
    if name not in presets:
        raise GanpipeError(f"{where}: {name!r} is not known{suggestion(name, presets)}")
    return presets[name]


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


def _figures(
    experiment: ExperimentFile, axes: list[Axis], metrics: list[dict[str, Any]], where: str
) -> list[dict[str, Any]]:
    """The figures asked for, or those that the experiment's form suggests."""
    measured = list(dict.fromkeys(column["metric"] for column in metrics))
    factors = [axis.field for axis in axes] + (["method"] if len(experiment.methods) > 1 else [])
    chosen = experiment.figures
    if chosen is None:
        chosen = _suggested(experiment, factors, measured)
    figures: dict[str, dict[str, Any]] = {}
    for index, figure in enumerate(chosen):
        wanted = {key: value for key, value in figure.model_dump().items() if value is not None}
        for key, known in (("metric", measured), ("x", factors), ("y", factors)):
            if key in wanted and wanted[key] not in known:
                problem = f"{wanted[key]!r} is not one of {', '.join(known) or 'none'}"
                raise GanpipeError(f"{where}: figures.{index}.{key}: {problem}")
        stem = "_".join(value.rpartition(".")[2] for value in wanted.values())
        if stem in figures:
            raise GanpipeError(f"{where}: figures.{index}: stands twice")
        figures[stem] = {**wanted, "file": stem}
    return list(figures.values())


def _suggested(experiment: ExperimentFile, factors: list[str], measured: list[str]) -> list[FigureChoice]:
    """Marginal effects and, where there is a full grid, heat maps of an ablation; else a comparison of methods."""
    if factors in ([], ["method"]):
        return [FigureChoice(kind=kind) for kind in ("comparison", "samples", "curves", "losses")]
    x, y, *_ = [field for field in factors if field in experiment.axes.grid or field == "method"] + [None, None]
    maps = [FigureChoice(kind="heatmap", metric=metric, x=x, y=y) for metric in measured] if y else []
    return [*maps, FigureChoice(kind="marginals")]
