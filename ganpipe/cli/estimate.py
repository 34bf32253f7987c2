"""What ``ganpipe plan --estimate`` prints: the cost of what is planned and not yet made."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tabulate import tabulate
from tqdm import tqdm

from ganpipe.duration import duration
from ganpipe.layout import MANIFEST, RESULT, classifier_folder, dataset_folder
from ganpipe.progress.estimate import Conditions, Costs, RemainingRun, WorkEstimate, estimate_work
from ganpipe.progress.remaining import Remaining
from ganpipe.progress.timings import DeviceKind, Timings, timings
from ganpipe.provenance import cpu_name
from ganpipe.spec.run import RunSpec
from ganpipe.training.device import DeviceChoice

log = logging.getLogger(__name__)

HEADINGS = ("experiment", "runs", "to train", "measured", "timed", "to evaluate")


def print_estimate(
    index: Mapping[str, Any], names: list[str], results: Path, choice: DeviceChoice, conditions: Conditions
) -> None:
    """Estimate experiments, each by itself and then all together.

    Args:
        index: the content of plan.json.

    Raises:
        GanpipeError: there is no such device here, and speeds must be found on it; or nothing would end.
    """
    import torch

    from ganpipe.training.footprint import footprint

    gpu = choice == "cuda" or (choice == "auto" and torch.cuda.is_available())
    kind: DeviceKind = "cuda" if gpu else "cpu"
    left = Remaining(results, index["experiments"], footprint)
    together = left.of(*names)
    evaluations = {each.work for run in together.values() for each in run.evaluations}
    known = timings(results, kind, left.examples, evaluations)
    timed, timed_on = _time({work: spec for work, spec in left.examples.items() if work not in known.steps}, kind)
    costs = Costs(known.steps, timed, known.evaluations)

    total = estimate_work(together.values(), costs, conditions)
    rows = [_row(name, estimate_work(left.of(name).values(), costs, conditions)) for name in names]
    rows.append(_row(f"in all, at scale {index['scale']}", total))
    headings = [*HEADINGS, "GPU-hours" if gpu else "core-hours", "disk, GB", "wall time"]
    print(tabulate(rows, headings, disable_numparse=True, colalign=("left", *["right"] * (len(headings) - 1))))
    print(_conditions(conditions, "GPU" if gpu else "core"))
    print(_sources(total, known, timed_on))
    if left_out := [*_unknown(total), *_unprepared(index, names, together, results)]:
        print("\n  ".join(["Not counted:", *left_out]))


def _time(works: Mapping[str, RunSpec], kind: DeviceKind) -> tuple[dict[str, float], str]:
    """Seconds of a step of every work, as far as the user waits for them, and where they were timed."""
    found: dict[str, float] = {}
    if not works:
        return found, ""
    from ganpipe.provenance import device_name
    from ganpipe.training.device import device_for_one_run
    from ganpipe.training.pace import seconds_a_step

    log.info("steps to be timed, as no finished run tells: %d; Ctrl-C leaves out the rest", len(works))
    with device_for_one_run(kind) as on:
        try:
            for work, spec in tqdm(works.items(), unit="step", disable=None, dynamic_ncols=True):
                found[work] = seconds_a_step(spec, on)
        except KeyboardInterrupt:
            log.info("timed %d of %d", len(found), len(works))
        return found, cpu_name() if kind == "cpu" else device_name(on)


def _row(label: str, found: WorkEstimate) -> list[str]:
    more = "" if found.is_whole else "> "
    return [
        label,
        *(str(each) for each in (found.runs, found.to_train, found.measured, found.timed, found.evaluations)),
        more + _number(found.busy / 3600),
        _number(found.disk / 1e9),
        more + duration(found.wall),
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def _conditions(conditions: Conditions, worker: str) -> str:
    """Under which conditions the times hold."""
    several = f"{conditions.workers} {worker}s at once" if conditions.workers > 1 else f"one {worker}"
    preempted = f", each preempted {conditions.preemptions:g} times a day" if conditions.preemptions else ""
    return f"On {several}{preempted}; every experiment by itself, then all together."


def _sources(total: WorkEstimate, known: Timings, timed_on: str) -> str:
    """Where the seconds of a step come from."""
    finished = f"from finished runs ({', '.join(known.machines)}) for {total.measured}" if total.measured else ""
    timed = f"timed now ({timed_on}) for {total.timed}" if total.timed else ""
    return f"Seconds a step: {'; '.join(filter(None, (finished, timed))) or 'none needed'}."


def _unknown(total: WorkEstimate) -> list[str]:
    """Work without a known cost, which makes times lower bounds."""
    untimed = [f"trainings not timed: {total.unknown}"] if total.unknown else []
    never_made = ", ".join(f"{count} {protocol}" for protocol, count in sorted(total.uncounted.items()))
    return untimed + ([f"evaluations of a kind never made here: {never_made}"] if never_made else [])


def _unprepared(
    index: Mapping[str, Any], names: list[str], runs: Mapping[str, RemainingRun], results: Path
) -> list[str]:
    """What has to be made before."""
    datasets = {index["runs"][run]["dataset"] for run, left in runs.items() if left.training is not None}
    classifiers = {
        index["evaluations"][evaluation]["classifier"]
        for name in names
        for run, evaluation in index["experiments"][name]["evaluations"]
        if runs[run].evaluations
    } - {None}
    absent = {
        "datasets to prepare": [dataset_folder(results, each) / MANIFEST for each in datasets],
        "classifiers to train": [classifier_folder(results, each) / RESULT for each in classifiers],
    }
    counts = {what: sum(not path.is_file() for path in paths) for what, paths in absent.items()}
    return [f"{what}: {count}" for what, count in counts.items() if count]
