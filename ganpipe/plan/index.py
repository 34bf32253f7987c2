"""The plan as the Snakefile reads it: standard library only, because every job parses the Snakefile again."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, read_object

PLAN = "plan.json"
SCHEMA = 1
KINDS = ("datasets", "classifiers", "runs", "evaluations")


def spec_path(results: Path, kind: str, name: str) -> Path:
    """The file that holds the specification of a dataset, classifier, run or evaluation.

    Sixteen files a kind, by the first digit of the id: one file for each specification would take longer to write than
    a plan takes to make, and in one file for all, a job would read much for little.
    """
    return results / "specs" / kind / f"{name[:1]}.json"


def read_spec(results: Path, kind: str, name: str) -> dict[str, Any]:
    """What the planner wrote about a dataset, classifier, run or evaluation.

    Raises:
        GanpipeError: it is in no plan of this folder.
    """
    path = spec_path(results, kind, name)
    specs = read_json(path) if path.is_file() else {}
    if name not in specs:
        raise GanpipeError(f"{kind[:-1]} {name}: in no plan of {results}; `ganpipe plan` plans what config/ asks for")
    spec: dict[str, Any] = specs[name]
    return spec


def read_specs(results: Path, kind: str) -> dict[str, dict[str, Any]]:
    """Everything that the planner ever wrote about datasets, classifiers, runs or evaluations, by id."""
    files = (results / "specs" / kind).glob("[!.]*.json")
    return {name: spec for path in files for name, spec in read_json(path).items()}


def read_plan(results: Path) -> dict[str, Any]:
    """The content of plan.json.

    Raises:
        GanpipeError: nothing is planned yet, or the file is garbled.
    """
    if not (results / PLAN).is_file():
        raise GanpipeError(f"{results / PLAN}: nothing is planned yet; `ganpipe plan` or `snakemake` plans")
    return read_object(results / PLAN, "scale", "experiments", *KINDS)


class PlanIndex:
    """What there is to make, and what each thing is made from.

    The main process reads the whole plan once. A job's own process asks about one run only and reads that run's
    specification, which stays as it was when the job was submitted.
    """

    def __init__(self, results: Path, *, whole: bool) -> None:
        self.results = results
        self._whole = whole

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The content of plan.json."""
        return read_plan(self.results)

    def _entry(self, kind: str, name: str) -> dict[str, Any]:
        if self._whole and name in self.plan[kind]:
            entry: dict[str, Any] = self.plan[kind][name]
            return entry
        return read_spec(self.results, kind, name)

    def origin_of_dataset(self, dataset: str) -> str | None:
        """Name of the source files that a dataset is prepared from; None when it needs none."""
        return self._entry("datasets", dataset)["origin"]  # type: ignore[no-any-return]

    def dataset_of_classifier(self, classifier: str) -> str:
        """The dataset that a classifier learns from."""
        return str(self._entry("classifiers", classifier)["dataset"])

    def dataset_of_run(self, run: str) -> str:
        """The dataset that a run trains on."""
        return str(self._entry("runs", run)["dataset"])

    def classifier_of_evaluation(self, evaluation: str) -> str | None:
        """The classifier that an evaluation uses; None when it needs none."""
        return self._entry("evaluations", evaluation)["classifier"]  # type: ignore[no-any-return]

    def origin_of_evaluation(self, evaluation: str) -> str | None:
        """Name of the published weights that an evaluation reads; None when it needs none."""
        # Evaluations that were planned before any needed weights do not say.
        return self._entry("evaluations", evaluation).get("origin")
