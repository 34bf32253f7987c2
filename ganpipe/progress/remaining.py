"""What is left to do of the planned runs, read from what lies in the folder of results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from ganpipe.layout import evaluation_path, run_folder
from ganpipe.plan.evaluation import stand_ins_of
from ganpipe.plan.index import read_specs
from ganpipe.progress.estimate import RemainingEvaluation, RemainingRun, RemainingTraining
from ganpipe.progress.same_work import evaluation_work, measured_snapshots, step_work
from ganpipe.progress.status import run_state
from ganpipe.spec.explain import validated
from ganpipe.spec.run import RunSpec


class Footprint(Protocol):
    """Bytes of an early snapshot of a run, of its last one and of a checkpoint."""

    @property
    def snapshot(self) -> int: ...

    @property
    def last(self) -> int: ...

    @property
    def checkpoint(self) -> int: ...


class Remaining:
    """What is left of planned experiments.

    Args:
        experiments: those of plan.json.
        footprint: counts the bytes of a run; called once for all runs that do the same work.
    """

    def __init__(self, results: Path, experiments: dict[str, Any], footprint: Callable[[RunSpec], Footprint]) -> None:
        self.results, self.experiments = results, experiments
        self._footprint = footprint
        self._footprints: dict[str, Footprint] = {}
        self._runs, self._evaluations = read_specs(results, "runs"), read_specs(results, "evaluations")
        # Runs that several experiments ask for are looked at once.
        self._spec, self._state = cache(self._read_spec), cache(lambda run: run_state(run_folder(results, run)))
        self.examples: dict[str, RunSpec] = {}
        """A run for each work of a step that is left."""

    def of(self, *names: str) -> dict[str, RemainingRun]:
        """What is left of every run that experiments ask for, in their order; nothing twice."""
        asked: dict[str, dict[str, None]] = {}
        for name in names:
            for run, evaluation in self.experiments[name]["evaluations"]:
                asked.setdefault(run, {})[evaluation] = None
        return {run: self._left(run, list(evaluations)) for run, evaluations in asked.items()}

    def _left(self, run: str, evaluations: list[str]) -> RemainingRun:
        state = self._state(run)
        absent = [each for each in evaluations if not self._is_made(run, each)]
        if state["state"] in ("complete", "diverged") or (state["state"] == "restored" and not absent):
            return RemainingRun(None, self._evaluations_left(run, absent))
        # What is measured of a run that was not here is measured again when it is.
        share = 1.0 - state["step"] / state["steps"] if state.get("steps") else 1.0
        return RemainingRun(self._training_left(self._spec(run), share), self._evaluations_left(run, evaluations))

    def _is_made(self, run: str, evaluation: str) -> bool:
        return evaluation_path(self.results, run, evaluation).is_file()

    def _training_left(self, spec: RunSpec, share: float) -> RemainingTraining:
        work = step_work(spec)
        if work not in self._footprints:
            self._footprints[work] = self._footprint(spec)
            self.examples[work] = spec
        size, snapshots = self._footprints[work], spec.training.snapshot_steps
        kept = (len(snapshots) - 1) * size.snapshot + size.last
        return RemainingTraining(work, share * spec.training.steps, kept, size.checkpoint)

    def _evaluations_left(self, run: str, evaluations: Iterable[str]) -> list[RemainingEvaluation]:
        left = []
        for evaluation in evaluations:
            entry, spec = self._evaluations[evaluation], self._spec(run)
            protocol = entry["protocol"]
            work = evaluation_work(spec, protocol, stand_ins_of(entry))
            left.append(RemainingEvaluation(work, protocol, len(measured_snapshots(spec, protocol))))
        return left

    def _read_spec(self, run: str) -> RunSpec:
        return validated(RunSpec, self._runs[run]["spec"], f"run {run}")
