"""Plans everything that the configuration asks for and writes it down for the workflow.

    results/plan.json                            index: what there is and what depends on what
    results/specs/<kind>/<id>.json               one file for each dataset, classifier, run and evaluation
    results/<scale>/<experiment>/experiment.json what the reporting room needs to know

Planning is a pure function of the configuration and of this package, so a plan whose inputs have not changed is not
made again. Files in specs/ are named by the hash of their content and never change or go: a job that was submitted
yesterday still finds its own after today's plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import ganpipe
from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, write_if_changed, write_json
from ganpipe.plan.index import PLAN, SCHEMA, spec_path

CONFIG = Path("config")


def plan(settings: dict[str, Any], results: Path, config: Path = CONFIG) -> Path:
    """Write the plan for ``settings`` under ``results`` and return the path of plan.json.

    Raises:
        GanpipeError: the configuration is wrong; one line naming the file and the key. Nothing is written then.
    """
    inputs = _inputs_digest(settings, config)
    target = results / PLAN
    if not _is_current(target, inputs):
        # Imported here because a plan that is current must cost nothing: validating the parts imports torch.
        from ganpipe.plan.everything import plan_everything

        planned = plan_everything(settings, config)
        _write_specs(results, planned.specs)
        for name, description in planned.experiments.items():
            path = results / description["scale"] / name / "experiment.json"
            write_if_changed(path, json.dumps(description, indent=1) + "\n")
        write_json(target, {"schema": SCHEMA, "inputs": inputs, **planned.index}, indent=None)
    return target


def _inputs_digest(settings: dict[str, Any], config: Path) -> str:
    """A digest of all that decides the plan: the settings, the configuration's files and this package's source."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    package = Path(ganpipe.__file__).parent
    for path in sorted([*config.rglob("*.yaml"), *package.rglob("*.py")]):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def _is_current(target: Path, inputs: str) -> bool:
    try:
        current = read_json(target)
    except GanpipeError:
        return False
    if current.get("schema") != SCHEMA or current.get("inputs") != inputs:
        return False
    results = target.parent
    described = (results / current["scale"] / name / "experiment.json" for name in current["experiments"])
    return all(_has_all(results, kind, current[kind]) for kind in ("datasets", "classifiers", "runs", "evaluations")) and all(
        path.is_file() for path in described
    )


def _has_all(results: Path, kind: str, ids: Iterable[str]) -> bool:
    folder = spec_path(results, kind, "x").parent
    return {f"{name}.json" for name in ids} <= ({path.name for path in folder.iterdir()} if folder.is_dir() else set())


def _write_specs(results: Path, specs: dict[str, dict[str, Any]]) -> None:
    for kind, contents in specs.items():
        folder = spec_path(results, kind, "x").parent
        present = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        for name, content in contents.items():
            if f"{name}.json" not in present:
                write_json(spec_path(results, kind, name), content, indent=1)
