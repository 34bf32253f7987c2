"""The experiments of this repository, at every scale, and the schemas that editors check them with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ganpipe.plan.everything import plan_everything
from ganpipe.plan.experiment import ExperimentFile, experiment_files
from ganpipe.plan.settings import Settings
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.run import RunSpec

CONFIG = Path(__file__).parents[2] / "config"
FILES = experiment_files(CONFIG)


@pytest.mark.parametrize("scale", ["smoke", "quick", "paper"])
def test_all_experiments_expand(scale: str) -> None:
    planned = plan_everything(Settings(scale=scale), CONFIG)
    assert set(planned.experiments) == set(FILES)
    for description in planned.experiments.values():
        assert description["rows"]
        assert description["metrics"]


def test_experiments_of_the_same_runs_agree_on_whether_the_papers_budget_was_spent() -> None:
    planned = plan_everything(Settings(scale="paper"), CONFIG).experiments
    reduced: dict[str, dict[bool, str]] = {}
    for name, description in planned.items():
        for row in description["rows"]:
            if description["paper"]:
                reduced.setdefault(row["run_id"], {})[description["reduced"]] = name
    assert [names for names in reduced.values() if len(names) > 1] == []


@pytest.mark.parametrize("name", FILES)
def test_the_schema_accepts_every_experiment(name: str) -> None:
    jsonschema.validate(read_yaml(FILES[name]), ExperimentFile.model_json_schema())


def test_the_schema_accepts_the_settings() -> None:
    jsonschema.validate(read_yaml(CONFIG / "config.yaml"), Settings.model_json_schema())


@pytest.mark.parametrize(
    "mistake",
    [
        {"protocolls": ["mixture-500"]},
        {"seeds": []},
        {"seeds": 0},
        {"axes": {"gird": {}}},
        {"figures": [{"kind": "comparisn"}]},
        {"scales": {"medium": {"note": "n"}}},
    ],
)
def test_the_schema_refuses_what_the_planner_refuses(mistake: dict[str, Any]) -> None:
    content = {**read_yaml(FILES["demo_ring"]), **mistake}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, ExperimentFile.model_json_schema())


def test_the_schema_of_a_run_knows_every_kind() -> None:
    run = next(iter(plan_everything(Settings(), CONFIG).specs["runs"].values()))["spec"]
    jsonschema.validate(run, RunSpec.model_json_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            {**run, "method": {**run["method"], "judge": {"kind": "packt"}}}, RunSpec.model_json_schema()
        )


def test_an_ablation_takes_twelve_lines_of_yaml() -> None:
    lines = [line for line in FILES["example_ablation"].read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) <= 12
    description = plan_everything(Settings(), CONFIG).experiments["example_ablation"]
    fields = [axis["field"] for axis in description["axes"]]
    assert fields == ["training.learning_rate", "method.judge.size"]
    cells = {(row["dataset"], *(row["axes"][field] for field in fields), row["seed"]) for row in description["rows"]}
    rates, sizes = (axis["values"] for axis in description["axes"])
    assert cells == {
        (dataset, rate, size, seed)
        for dataset in description["datasets"]
        for rate in rates
        for size in sizes
        for seed in range(3)
    }
    assert len(cells) == len(description["rows"]) == len(description["datasets"]) * len(rates) * len(sizes) * 3
    kinds = [figure["kind"] for figure in description["figures"]]
    assert {"heatmap", "marginals"} <= set(kinds)
