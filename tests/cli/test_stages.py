from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ganpipe.files import read_json, write_json
from ganpipe.plan.index import read_spec
from tests.cli.conftest import Program

RESULTS = Path("results")


def test_plan_counts_what_it_planned(ganpipe: Program, project: Path) -> None:
    said = ganpipe("plan", "--scale", "smoke")
    assert said.out.splitlines() == [
        f"{'one':28} {2:6} runs {2:6} evaluations",
        f"{'in all, at scale smoke':28} {2:6} runs {2:6} evaluations",
    ]
    assert ganpipe("plan", "one", "--scale", "smoke").out == said.out
    assert ganpipe("plan", "--quiet").out == ""
    assert read_json(RESULTS / "plan.json")["scale"] == "quick"


@pytest.mark.parametrize(("settings", "problem"), [("{", "not valid JSON"), ("[]", "expected a JSON object")])
def test_settings_that_are_none(ganpipe: Program, project: Path, settings: str, problem: str) -> None:
    said = ganpipe("plan", "--settings", settings)
    assert said.status == 1
    assert said.err.startswith(f"ganpipe: --settings: {problem}")


def test_a_planned_run_from_training_to_the_front_page(ganpipe: Program, project: Path, runs: list[str]) -> None:
    folder = RESULTS / "quick" / "one"
    for row in read_json(folder / "experiment.json")["rows"]:
        assert ganpipe("train", row["run_id"]).status == 0
        assert ganpipe("evaluate", row["run_id"], row["evaluations"]["mixture-500"]).status == 0
    for command in ("aggregate", "table", "figures"):
        assert ganpipe(command, str(folder)).status == 0, command
    assert ganpipe("overview", "results/quick", "one").status == 0
    for name in ("metrics.parquet", "table.md", "table.html", "comparison.png", "comparison.svg", "../index.html"):
        assert (folder / name).stat().st_size > 0, name


def test_a_run_by_hand_needs_no_plan(
    ganpipe: Program, project: Path, runs: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = read_spec(RESULTS, "runs", runs[0])["spec"]
    spec["dataset"]["train_samples"] = 100_000
    monkeypatch.chdir(tmp_path)
    write_json(Path("run.json"), spec)
    prepared = ganpipe("prepare", "ring8_pacgan")
    assert (Path(prepared.out.strip()) / "manifest.json").is_file()
    assert ganpipe("train", "run.json").status == 0
    (folder,) = Path("results/runs").iterdir()
    said = ganpipe("evaluate", folder.name, "mixture-500")
    assert set(pq.ParquetFile(said.out.strip()).read().column("protocol").to_pylist()) == {"mixture-500"}


def test_a_complete_run_is_left_as_it_is(ganpipe: Program, project: Path, runs: list[str]) -> None:
    folder = RESULTS / "runs" / runs[0]
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.safetensors")}
    (folder / "result.json").unlink()
    assert ganpipe("train", runs[0]).status == 0
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.safetensors")} == before
    assert read_json(folder / "result.json")["sessions"] == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("prepare 000000000000", "dataset 000000000000: in no plan of results"),
        ("classify 000000000000", "classifier 000000000000: in no plan of results"),
        ("train 000000000000", "run 000000000000: in no plan of results"),
        ("train nothing.json", "nothing.json: no such file"),
        ("evaluate 000000000000 mixture-500", "results/runs/000000000000/result.json: no such file"),
        ("evaluate {run} mixture-50", "evaluation mixture-50: in no plan of results"),
        ("evaluate {run} mixture-500 --classifier digits", "--classifier digits: mixture-500 needs none"),
        ("evaluate {run} modes-1k --classifier digit", "--classifier digit: not known; did you mean digits?"),
        ("download imagenet x", "imagenet: no such source files; there are celeba"),
        ("aggregate results/quick/two", "results/quick/two/experiment.json: no such file"),
        ("aggregate results/quick/one", "results/evaluations/{waiting}/"),
        ("table results/quick/one", "results/quick/one/metrics.parquet: no such file"),
    ],
)
def test_what_is_not_there_is_one_line(
    ganpipe: Program, project: Path, runs: list[str], arguments: str, problem: str
) -> None:
    said = ganpipe(*arguments.format(run=runs[0]).split())
    assert said.status == 1
    assert said.err.startswith(f"ganpipe: {problem.format(waiting=runs[1])}")
    assert said.err.count("\n") == 1


def test_a_specification_by_hand_whose_parts_do_not_fit_is_refused(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    spec = json.loads((RESULTS / "runs" / runs[0] / "spec.json").read_text())
    spec["training"]["players"] = {"discriminater": {"updates": 5}}
    Path("mine.json").write_text(json.dumps(spec))
    problem = "training.players: discriminater does not play; players are discriminator, generator"
    assert ganpipe("train", "mine.json").err == f"ganpipe: mine.json: {problem}\n"


def test_an_evaluation_of_another_run_is_refused(ganpipe: Program, project: Path, runs: list[str]) -> None:
    pairs = dict(json.loads((RESULTS / "plan.json").read_text())["experiments"]["one"]["evaluations"])
    said = ganpipe("evaluate", runs[0], pairs[runs[1]])
    assert (said.status, said.out) == (1, "")
    assert said.err == f"ganpipe: evaluation {pairs[runs[1]]}: is of run {runs[1]}, not of {runs[0]}\n"


def test_a_mistyped_experiment_leaves_the_plan_as_it_is(ganpipe: Program, project: Path) -> None:
    before = (RESULTS / "plan.json").read_bytes()
    said = ganpipe("plan", "onne", "--scale", "paper")
    assert (said.status, said.err) == (1, "ganpipe: onne: not in config/experiments; did you mean one?\n")
    assert (RESULTS / "plan.json").read_bytes() == before


def test_a_dataset_of_another_version_is_refused(ganpipe: Program, project: Path, runs: list[str]) -> None:
    (path,) = (RESULTS / "specs" / "datasets").iterdir()
    specs = json.loads(path.read_text())
    (name,) = specs
    specs[name]["spec"]["renamed_since"] = 1
    write_json(path, specs)
    said = ganpipe("prepare", name)
    assert said.status == 1
    assert said.err == f"ganpipe: dataset {name}: was planned by another version of ganpipe; plan again\n"


def test_a_plan_of_another_version_is_refused(ganpipe: Program, project: Path, runs: list[str]) -> None:
    path = RESULTS / "specs" / "runs" / f"{runs[1][0]}.json"
    specs = json.loads(path.read_text())
    specs[runs[1]]["spec"]["training"]["steps"] = 21
    write_json(path, specs)
    said = ganpipe("train", runs[1])
    assert said.status == 1
    assert f"run {runs[1]}: was planned by another version of ganpipe" in said.err
    assert not (RESULTS / "runs" / runs[1]).exists()
