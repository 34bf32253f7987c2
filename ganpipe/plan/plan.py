"""Plans everything that the configuration asks for and writes it down for the workflow.

    results/plan.json                            index: what there is and what depends on what
    results/specs/<kind>/<digit>.json            specifications of datasets, classifiers, runs and evaluations by id
    results/<scale>/<experiment>/experiment.json what the reporting room needs to know
    results/<scale>/<experiment>/claims.json     what the paper claims of it; apart, because it decides no number

Planning is a pure function of the configuration and of this package, so a plan whose inputs have not changed is not
made again. Specifications are known by the hash of their content, and none ever changes or goes: a job that was
submitted yesterday still finds its own after today's plan.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ganpipe
from ganpipe.errors import GanpipeError
from ganpipe.files import locked, read_json, write_if_changed, write_json
from ganpipe.layout import CLAIMS, EXPERIMENT, experiment_folder
from ganpipe.plan.index import KINDS, PLAN, SCHEMA, spec_path


def plan(overrides: Mapping[str, Any], results: Path, config: Path) -> Path:
    """Write the plan of a configuration folder under ``results`` and return the path of plan.json.

    Args:
        overrides: settings laid over those of ``config/config.yaml``.

    Raises:
        GanpipeError: the configuration is wrong; one line naming the file and the key. Nothing is written then.
    """
    inputs = _inputs_digest(overrides, config)
    target = results / PLAN
    if not _is_current(target, inputs):
        # Imported here because a plan that is current must cost nothing.
        from ganpipe.plan.everything import plan_everything
        from ganpipe.plan.settings import SETTINGS, read_settings

        planned = plan_everything(read_settings(config / SETTINGS, overrides), config)
        with _alone(results):
            _write_specs(results, planned.specs)
            for name, description in planned.experiments.items():
                path = experiment_folder(results, description["scale"], name) / EXPERIMENT
                write_if_changed(path, json.dumps(description, indent=1) + "\n")
                claims = path.with_name(CLAIMS)
                if name in planned.claims:
                    content = {"schema": 1, "claims": planned.claims[name]}
                    write_if_changed(claims, json.dumps(content, indent=1) + "\n")
                else:
                    claims.unlink(missing_ok=True)
            write_json(target, {"schema": SCHEMA, "inputs": inputs, **planned.index}, indent=None)
    return target


def _inputs_digest(overrides: Mapping[str, Any], config: Path) -> str:
    """A digest of all that decides the plan: the command line, the configuration's files and this package's source."""
    digest = hashlib.sha256(json.dumps(overrides, sort_keys=True).encode())
    package = Path(ganpipe.__file__).parent
    for path in sorted([*config.rglob("*.y*ml"), *package.rglob("*.py")]):
        if path.is_file():
            digest.update(f"{path}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _is_current(target: Path, inputs: str) -> bool:
    try:
        current = read_json(target)
    except GanpipeError:
        return False
    if not isinstance(current, dict) or current.get("schema") != SCHEMA or current.get("inputs") != inputs:
        return False
    if not current.keys() >= {*KINDS, "scale", "experiments", "stand_ins"}:
        return False
    results = target.parent
    specs = {spec_path(results, kind, name) for kind in KINDS for name in current[kind]}
    described = {experiment_folder(results, current["scale"], name) / EXPERIMENT for name in current["experiments"]}
    claimed = {
        experiment_folder(results, current["scale"], name) / CLAIMS
        for name, experiment in current["experiments"].items()
        if experiment["claims"]
    }
    if not all(path.is_file() for path in specs | described | claimed):
        return False
    return all(_is_still(Path(path), sum) for path, sum in current["stand_ins"].items())


def _is_still(path: Path, checksum: str) -> bool:
    """Whether a file that stands in for a published one is as it was when it was planned with."""
    from ganpipe.data.origin import verify

    try:
        verify(path, checksum)
    except GanpipeError:
        return False
    return True


@contextmanager
def _alone(results: Path) -> Iterator[None]:
    """One plan is written at a time: a dry run may plan beside a workflow that is running."""
    results.mkdir(parents=True, exist_ok=True)
    with locked(results / ".plan.lock"):
        yield


def _write_specs(results: Path, specs: dict[str, dict[str, Any]]) -> None:
    for kind, contents in specs.items():
        files: dict[Path, dict[str, Any]] = {}
        for name, content in contents.items():
            files.setdefault(spec_path(results, kind, name), {})[name] = content
        for path, entries in files.items():
            present = read_json(path) if path.is_file() else {}
            if entries.keys() - present.keys():
                write_json(path, {**entries, **present}, indent=None)
