"""A small configuration folder that tests write, plan and look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ganpipe.files import read_json
from ganpipe.plan.index import read_spec
from ganpipe.plan.plan import plan
from ganpipe.spec.run import RunSpec

RUNS = {"dataset": "ring8_pacgan", "networks": "mlp", "training.steps": 20, "training.batch_size": 16}
EXPERIMENT = {
    "title": "A test",
    "runs": RUNS,
    "methods": {"GAN": "gan", "PacGAN2": "pacgan2"},
    "seeds": 2,
    "protocols": ["mixture-500"],
}


class Project:
    """A configuration of one experiment, ``one``, unless a test adds others."""

    runs = RUNS

    def __init__(self, folder: Path) -> None:
        self.config, self.results = folder / "config", folder / "results"
        (self.config / "experiments").mkdir(parents=True)
        self.settings = self.config / "config.yaml"
        self.settings.write_text("scale: quick\n")

    def file(self, name: str = "one") -> Path:
        return self.config / "experiments" / f"{name}.yaml"

    def write(self, name: str = "one", **changes: Any) -> None:
        """Write an experiment: the test's usual one with some keys changed; None leaves a key out."""
        content = {key: value for key, value in {**EXPERIMENT, **changes}.items() if value is not None}
        self.file(name).write_text(yaml.safe_dump(content, sort_keys=False))

    def plan(self, **overrides: Any) -> dict[str, Any]:
        """The index of the plan."""
        index: dict[str, Any] = read_json(plan(overrides, self.results, self.config))
        return index

    def described(self, name: str = "one", scale: str = "quick") -> dict[str, Any]:
        """What the planner says about an experiment."""
        description: dict[str, Any] = read_json(self.results / scale / name / "experiment.json")
        return description

    def planned(self, name: str = "one", **changes: Any) -> dict[str, Any]:
        """Write an experiment, plan it, and return its description."""
        self.write(name, **changes)
        self.plan()
        return self.described(name)

    def spec(self, run_id: str) -> RunSpec:
        return RunSpec.parse(read_spec(self.results, "runs", run_id)["spec"])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """In the folder of the project, so that errors name files as a user sees them."""
    monkeypatch.chdir(tmp_path)
    project = Project(Path())
    project.write()
    return project
