"""How long finished runs and evaluations took, as they recorded it themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.presets import PROTOCOLS
from ganpipe.evaluation.schema import provenance_of
from ganpipe.files import read_object
from ganpipe.layout import RESULT, SPEC, evaluations_folder
from ganpipe.parquet import read_schema
from ganpipe.plan.evaluation import stand_ins_of
from ganpipe.plan.index import read_specs
from ganpipe.progress.same_work import evaluation_work, step_work
from ganpipe.spec.run import RunSpec, read_run_spec

DeviceKind = Literal["cpu", "cuda"]


@dataclass
class Timings:
    """Seconds by work: medians over finished runs and evaluations.

    Attributes:
        machines: on which those runs were trained.
    """

    steps: dict[str, float] = field(default_factory=dict)
    evaluations: dict[str, float] = field(default_factory=dict)
    machines: list[str] = field(default_factory=list)


def timings(results: Path, kind: DeviceKind, steps: Container[str], evaluations: Container[str]) -> Timings:
    """What finished runs of a folder of results tell about work that is to be done.

    Runs count that ended well on a device of this kind, as this version of the package understands them. Restored runs
    do not: their seconds are of another machine.

    Args:
        steps: works of steps that are wanted.
        evaluations: works of evaluations that are wanted.
    """
    found_steps, found_evaluations = defaultdict(list), defaultdict(list)
    machines = set()
    planned = read_specs(results, "evaluations")
    for path in sorted((results / "runs").glob(f"*/{RESULT}")):
        if (opened := _complete(path)) is None:
            continue
        spec, result = opened
        made_on = result["provenance"]
        kinds = {_kind(session) for session in (*made_on.get("earlier_sessions", ()), made_on)}
        if kinds == {kind} and (work := step_work(spec)) in steps:
            found_steps[work].append(result["train_seconds"] / result["steps"])
            machines.add(made_on["cpu"] if kind == "cpu" else made_on["device"])
        for evaluation in sorted(evaluations_folder(results, path.parent.name).glob("[!.]*.parquet")):
            entry = planned.get(evaluation.stem)
            if entry is None or entry["protocol"] not in PROTOCOLS:
                continue
            work = evaluation_work(spec, entry["protocol"], stand_ins_of(entry))
            if work in evaluations and (seconds := _evaluation_seconds(evaluation, kind)) is not None:
                found_evaluations[work].append(seconds)
    return Timings(_medians(found_steps), _medians(found_evaluations), sorted(machines))


def _complete(path: Path) -> tuple[RunSpec, dict[str, Any]] | None:
    try:
        result = read_object(path, "status", "steps", "train_seconds", "provenance")
        spec = read_run_spec(path.with_name(SPEC))
    except GanpipeError:
        return None
    # A run of an earlier version may have done another work under the same settings.
    return (spec, result) if result["status"] == "complete" and spec.run_id == path.parent.name else None


def _evaluation_seconds(path: Path, kind: DeviceKind) -> float | None:
    try:
        origin = provenance_of(read_schema(path))
    except (GanpipeError, ValueError):
        # Aggregation names a damaged file; an estimate does without it.
        return None
    seconds: float | None = origin.get("evaluation_seconds")
    return seconds if _kind(origin) == kind else None


def _kind(provenance: dict[str, Any]) -> DeviceKind:
    return "cpu" if provenance.get("device") == "cpu" else "cuda"


def _medians(found: dict[str, list[float]]) -> dict[str, float]:
    return {work: median(seconds) for work, seconds in found.items()}
