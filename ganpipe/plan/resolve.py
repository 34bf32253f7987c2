"""Resolves one experiment at one scale: its runs, their evaluations, and what the reporting room needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ganpipe.data.stand_ins import StandIns, standing_in
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocols.protocol import Protocol
from ganpipe.plan.claims import Measured, planned_claims
from ganpipe.plan.evaluation import PlannedEvaluation, plan_evaluation
from ganpipe.plan.expand import NAMED, Variant, expand
from ganpipe.plan.experiment import ExperimentFile, Scale
from ganpipe.plan.figures import Form, planned_figures
from ganpipe.plan.protocols import columns, fitting, known, protocols_of_datasets
from ganpipe.plan.stand_ins import described
from ganpipe.presets import DATASETS
from ganpipe.spec.run import RunSpec


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
    protocols = protocols_of_datasets(experiment, variants, where)
    runs, evaluations, rows = _runs(experiment, variants, protocols, where, stand_ins)
    evaluated = {evaluation.protocol for evaluation in evaluations}
    _require_all_used(variants, protocols, evaluated, where)
    _require_known_datasets(file, list(protocols), where)
    shown_axes = [axis for axis in axes if axis.field != "dataset"]
    metrics = columns(experiment, protocols, where)
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
        "datasets": list(protocols),
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
    claims = planned_claims(
        file.claims,
        _measured(rows, metrics),
        lambda: _cells_of_all_scales(file, scale, where),
        file.all_protocols,
        where,
    )
    return Resolved(name, runs, evaluations, description, claims)


def _runs(
    experiment: ExperimentFile,
    variants: list[Variant],
    protocols: dict[str, dict[str, Protocol]],
    where: str,
    stand_ins: StandIns,
) -> tuple[dict[str, RunSpec], list[PlannedEvaluation], list[dict[str, Any]]]:
    """Every variant with every seed: specifications by id, evaluations, and the runs as experiment.json lists them."""
    classifier = None
    if experiment.classifier is not None:
        classifier = known(CLASSIFIERS, experiment.classifier, f"{where}: classifier")
    runs: dict[str, RunSpec] = {}
    evaluations: list[PlannedEvaluation] = []
    rows: list[dict[str, Any]] = []
    for variant in variants:
        fit = fitting(variant, protocols[variant.dataset], classifier, where)
        for run_id, spec in standing_in(variant.spec, stand_ins).with_seeds(experiment.seed_list):
            runs[run_id] = spec
            planned = [plan_evaluation(run_id, name, classifier if needs else None, stand_ins) for name, needs in fit]
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
    return runs, evaluations, rows


def _require_all_used(
    variants: list[Variant], protocols: dict[str, dict[str, Protocol]], evaluated: set[str], where: str
) -> None:
    for variant in variants:
        for protocol in set(protocols[variant.dataset]) - evaluated:
            reason = protocols[variant.dataset][protocol].refuses(variant.spec)
            raise GanpipeError(f"{where}: protocols: {protocol} fits none of the runs ({variant.label}: it {reason})")


def _require_known_datasets(file: ExperimentFile, datasets: list[str], where: str) -> None:
    for dataset in file.reported.datasets if file.reported else ():
        if dataset not in (*datasets, *DATASETS):
            problem = f"{dataset!r} is not a dataset of this experiment{suggestion(dataset, datasets)}"
            raise GanpipeError(f"{where}: reported.datasets: {problem}")


def _measured(rows: list[dict[str, Any]], metrics: list[dict[str, Any]]) -> Measured:
    """What this scale measures, for the claims."""
    return Measured(
        cells=frozenset((row["dataset"], row["variant"]) for row in rows),
        columns=frozenset(
            (row["dataset"], row["variant"], column["metric"], column["protocol"])
            for row in rows
            for column in metrics
            if column["protocol"] in row["evaluations"]
        ),
    )


def _cells_of_all_scales(file: ExperimentFile, scale: Scale, where: str) -> frozenset[tuple[str, str]]:
    """(dataset, row) of everything that some scale trains."""
    scales: list[Scale] = list(file.scales) or [scale]
    variants = [variant for each in scales for variant in expand(file.at(each, where), where)[0]]
    return frozenset((variant.dataset, variant.label) for variant in variants)
