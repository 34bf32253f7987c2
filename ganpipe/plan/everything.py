"""Plans all experiments of a configuration folder at one scale."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganpipe.data.dataset import Dataset
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.plan.experiment import experiment_files, read_experiment
from ganpipe.plan.figures import FIGURE_KINDS
from ganpipe.plan.reported import reported_numbers
from ganpipe.plan.resolve import Resolved, resolve
from ganpipe.plan.settings import SETTINGS, Settings
from ganpipe.plan.stand_ins import read_stand_ins
from ganpipe.spec.part import canonical, digest


@dataclass
class Planned:
    """A whole plan: the index for the workflow, specifications by kind and id, descriptions and claims by name."""

    index: dict[str, Any]
    specs: dict[str, dict[str, Any]] = field(default_factory=dict)
    experiments: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def plan_everything(settings: Settings, config: Path) -> Planned:
    """Read, validate and expand every experiment of ``config/experiments``.

    Raises:
        GanpipeError: one line naming the file and the key.
    """
    files = experiment_files(config)
    for name in settings.experiments:
        if name not in files:
            where = f"{config / SETTINGS} or command line: experiments"
            raise GanpipeError(f"{where}: {name!r} is not in {config / 'experiments'}{suggestion(name, files)}")
    stand_ins, paths = read_stand_ins(settings.stand_ins)
    resolved: list[Resolved] = []
    for name, path in files.items():
        file = read_experiment(path)
        numbers = [] if file.reported is None else reported_numbers(config / "reported", file.reported, str(path))
        resolved.append(resolve(name, file, settings.scale, numbers, str(path), stand_ins))
    planned = _assemble(resolved, settings.scale, settings.experiments)
    planned.index["stand_ins"] = paths
    return planned


def _assemble(resolved: list[Resolved], scale: str, default: list[str]) -> Planned:
    specs: dict[str, dict[str, Any]] = {"datasets": {}, "classifiers": {}, "runs": {}, "evaluations": {}}
    experiments: dict[str, Any] = {}
    for experiment in resolved:
        for run_id, run in experiment.runs.items():
            specs["runs"][run_id] = {"dataset": _add_dataset(specs, run.dataset), "spec": run.model_dump(mode="json")}
        for evaluation in experiment.evaluations:
            classifier = evaluation.classifier
            if classifier is not None and classifier.classifier_id not in specs["classifiers"]:
                specs["classifiers"][classifier.classifier_id] = {
                    "dataset": _add_dataset(specs, classifier.dataset),
                    "spec": classifier.model_dump(mode="json"),
                }
            specs["evaluations"][evaluation.evaluation_id] = {
                "run": evaluation.run_id,
                "protocol": evaluation.protocol,
                "dataset": specs["runs"][evaluation.run_id]["dataset"],
                "classifier": None if classifier is None else classifier.classifier_id,
                "origin": None if evaluation.origin is None else evaluation.origin.name,
                "stand_ins": evaluation.stand_ins,
            }
        description = experiment.description
        experiments[experiment.name] = {
            "evaluations": [(evaluation.run_id, evaluation.evaluation_id) for evaluation in experiment.evaluations],
            "figures": [figure["file"] for figure in description["figures"]],
            "numbers": [
                figure["file"] for figure in description["figures"] if FIGURE_KINDS[figure["kind"]].has_numbers
            ],
            "paper": None if description["paper"] is None else description["paper"]["name"],
            "claims": len(experiment.claims),
        }
    keep = {
        "datasets": ["origin"],
        "classifiers": ["dataset"],
        "runs": ["dataset"],
        "evaluations": ["classifier", "origin"],
    }
    index = {
        "scale": scale,
        "default": default,
        "experiments": experiments,
        **{
            kind: {name: {key: entry[key] for key in keys} for name, entry in specs[kind].items()}
            for kind, keys in keep.items()
        },
    }
    descriptions = {experiment.name: experiment.description for experiment in resolved}
    return Planned(index, specs, descriptions, {each.name: each.claims for each in resolved if each.claims})


def _add_dataset(specs: dict[str, dict[str, Any]], dataset: Dataset) -> str:
    dataset_id = digest(canonical(dataset))
    if dataset_id not in specs["datasets"]:
        origin = dataset.origin
        specs["datasets"][dataset_id] = {
            "origin": None if origin is None else origin.name,
            "spec": dataset.model_dump(mode="json"),
        }
    return dataset_id
