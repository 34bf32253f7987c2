from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ganpipe.data.presets import PRESETS as DATASETS
from ganpipe.evaluation.presets import PROTOCOLS
from ganpipe.presets import METHODS, NETWORKS
from tests.cli.conftest import Program

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("command", "presets"),
    [("datasets", DATASETS), ("methods", METHODS), ("networks", NETWORKS), ("protocols", PROTOCOLS)],
)
def test_everything_that_has_a_name_is_listed_with_its_source(
    ganpipe: Program, command: str, presets: dict[str, Any]
) -> None:
    said = ganpipe(command, "--json")
    listed = json.loads(said.out)
    assert [entry["name"] for entry in listed] == list(presets)
    assert all(entry["source"] for entry in listed)
    table = ganpipe(command).out.splitlines()
    assert [line.split()[0] for line in table[2:]] == list(presets)


def test_what_differs_from_the_defaults_is_told(ganpipe: Program) -> None:
    listed = {entry["name"]: entry for entry in json.loads(ganpipe("methods", "--json").out)}
    assert listed["gan"]["parts"] == "gan"
    assert listed["pacgan3"]["parts"] == "packed (size 3)"
    assert listed["pacwgan_gp2"]["parts"] == "packed, wasserstein, gradient_penalty"
    assert listed["invertgan_w2"]["parts"] == "invertgan (normality w2)"
    assert listed["pacgan3"]["cost"] == "6 G + 9 D"


def test_a_protocol_is_told_in_full(ganpipe: Program) -> None:
    listed = {entry["name"]: entry for entry in json.loads(ganpipe("protocols", "--json").out)}
    assert {name: entry["settings"] for name, entry in listed.items()} == {
        name: protocol.model_dump(mode="json") for name, protocol in PROTOCOLS.items()
    }
    (line,) = (line for line in ganpipe("protocols").out.splitlines() if line.startswith("modes-26k "))
    assert line.endswith("modes (late 1, samples 26000, sets 1, labels hard, reference uniform, batch_size 128)")


def test_experiments_of_the_repository(ganpipe: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    listed = {entry["name"]: entry for entry in json.loads(ganpipe("experiments", "--json").out)}
    assert set(listed) == {path.stem for path in (REPOSITORY / "config" / "experiments").iterdir()}
    assert listed["pacgan_table1"]["source"] == "PacGAN, Table 1"
    assert listed["demo_ring"]["scales"] == "smoke, quick, paper"


def test_experiments_of_another_folder(ganpipe: Program, project: Path) -> None:
    (project / "config" / "experiments" / "two.yaml").write_text("title: 3\n")
    said = ganpipe("experiments")
    assert (said.status, said.out) == (1, "")
    assert said.err == "ganpipe: config/experiments/two.yaml: title: should be a string, got 3\n"
    assert ganpipe("experiments", "--config", "conf").err == "ganpipe: conf/experiments: no such folder\n"


def test_schemas_for_editors(ganpipe: Program, tmp_path: Path) -> None:
    said = ganpipe("schema", str(tmp_path / "schemas"))
    paths = [Path(line) for line in said.out.splitlines()]
    assert [path.name for path in paths] == ["experiment.schema.json", "config.schema.json", "run.schema.json"]
    for path in paths:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
