"""How far the planned runs are, read from what they left behind; nothing here keeps a record of its own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from tabulate import tabulate

from ganpipe.duration import duration
from ganpipe.errors import GanpipeError, suggestion
from ganpipe.files import read_object
from ganpipe.layout import CHECKPOINT, LEASE, RESULT, run_folder
from ganpipe.plan.index import read_plan
from ganpipe.training.lease import is_dead, read_lease, silent_for
from ganpipe.training.restored import is_restored

STATES = ("complete", "diverged", "restored", "running", "stopped", "waiting")
SILENT = 600.0
"""Seconds without a heartbeat after which the status says so; two machines' clocks may differ by minutes."""


def experiment_status(results: Path, experiment: str | None) -> list[dict[str, Any]]:
    """For each experiment of the plan: runs by state, those that are running, and the seconds that remain.

    Raises:
        GanpipeError: nothing is planned, or the experiment is not in the plan.
    """
    plan = read_plan(results)
    names = plan["experiments"]
    if experiment is not None and experiment not in names:
        raise GanpipeError(f"{experiment}: not in the plan{suggestion(experiment, names)}")
    states = {run: run_state(run_folder(results, run)) for run in plan["runs"]}
    chosen = [experiment] if experiment else list(names)
    return [_summary(name, sorted({run for run, _ in names[name]["evaluations"]}), states) for name in chosen]


def run_state(folder: Path) -> dict[str, Any]:
    """How far the run of a folder is: ``state``, one of ``STATES``, and what is known of a run in that state."""
    if (folder / RESULT).is_file():
        result = read_object(folder / RESULT, "status", "reason", "train_seconds")
        return {"state": result["status"], "reason": result["reason"], "seconds": result["train_seconds"]}
    lease = read_lease(folder / LEASE)
    if lease is None and is_restored(folder):
        return {"state": "restored"}
    if lease is None:
        return {"state": "stopped" if (folder / CHECKPOINT).exists() else "waiting"}
    place = {key: lease.get(key) for key in ("host", "pid", "step", "steps", "steps_per_second")}
    if is_dead(lease):
        return {"state": "stopped", **place}
    silent = silent_for(lease)
    # Its machine may have gone; who trains this run next finds out, and takes over.
    gone = {"silent": silent, "steps_per_second": None} if silent > SILENT else {}
    return {"state": "running", **place, **gone}


def _summary(name: str, runs: list[str], states: dict[str, dict[str, Any]]) -> dict[str, Any]:
    found = {run: states[run] for run in runs}
    counts = Counter(state["state"] for state in found.values())
    return {
        "experiment": name,
        "runs": len(runs),
        **{state: counts[state] for state in STATES},
        "seconds_left": _seconds_left(list(found.values())),
        "at_work": [{"run": run, **state} for run, state in found.items() if state["state"] == "running"],
        "reasons": {run: state["reason"] for run, state in found.items() if state["state"] == "diverged"},
    }


def _seconds_left(states: list[dict[str, Any]]) -> float | None:
    """Time until all runs are done at the present pace; None while nothing runs."""
    running = [state for state in states if state["state"] == "running" and state.get("steps_per_second")]
    if not running:
        return None
    left: list[float] = [(state["steps"] - state["step"]) / state["steps_per_second"] for state in running]
    whole: list[float] = [state["seconds"] for state in states if state["state"] == "complete"]
    whole = whole or [state["steps"] / state["steps_per_second"] for state in running]
    waiting = sum(state["state"] in ("waiting", "stopped") for state in states)
    return (sum(left) + waiting * sum(whole) / len(whole)) / len(running)


def _ready_in(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def render(found: list[dict[str, Any]]) -> str:
    """The status as text for a terminal."""
    rows = [
        [entry["experiment"], entry["runs"], *(entry[state] for state in STATES), _ready_in(entry["seconds_left"])]
        for entry in found
    ]
    table = tabulate(rows, headers=["experiment", "runs", *STATES, "ready in"], tablefmt="simple")
    lines = []
    for entry in found:
        for run in entry["at_work"]:
            place = f"step {run['step']} of {run['steps']}" if run["steps"] else "starting"
            if run["steps_per_second"]:
                place += f", {run['steps_per_second']:.1f} steps/s"
            if "silent" in run:
                place += f", no sign of life for {duration(run['silent'])}"
            lines.append(f"  running  {run['run']}  {place}  on {run['host']} (process {run['pid']})")
        lines += [f"  diverged {run}  {reason}" for run, reason in entry["reasons"].items()]
    # A run of several experiments is one run.
    return "\n".join([table, *dict.fromkeys(lines)])
