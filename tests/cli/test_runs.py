from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganpipe.training.lease import holding
from tests.cli.conftest import Program

RESULTS = Path("results")


def test_status_of_all_experiments_and_of_one(ganpipe: Program, project: Path) -> None:
    (entry,) = json.loads(ganpipe("status", "--json").out)
    assert (entry["experiment"], entry["runs"], entry["complete"], entry["waiting"]) == ("one", 2, 1, 1)
    assert ganpipe("status", "one").out.splitlines()[2].split()[:3] == ["one", "2", "1"]
    assert ganpipe("status", "onne").err == "ganpipe: onne: not in the plan; did you mean one?\n"


def test_show_tells_what_a_run_is_and_what_was_measured(ganpipe: Program, project: Path, runs: list[str]) -> None:
    said = ganpipe("show", runs[0][:8])
    lines = {line.split()[0]: line for line in said.out.splitlines() if line.strip()}
    assert lines["run"].split()[1] == runs[0]
    assert lines["status"].split() == ["status", "complete"]
    assert lines["snapshots"].split() == ["snapshots", "10,", "20"]
    assert '"kind": "ring"' in said.out
    assert [line.split()[1] for line in said.out.splitlines() if line.split()[:1] == ["mixture-500"]] == [
        *("modes", "reverse_kl", "high_quality_fraction")
    ]


def test_a_damaged_evaluation_is_one_line_to_who_looks_at_it_and_nothing_to_an_estimate(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    (path,) = (RESULTS / "evaluations" / runs[0]).glob("*.parquet")
    path.write_bytes(path.read_bytes()[:100])
    said = ganpipe("show", runs[0])
    assert said.status == 1
    assert said.err.startswith(f"ganpipe: {path}: damaged or no Parquet file (")
    assert ganpipe("plan", "one", "--estimate").status == 0


def test_samples_to_look_at_and_to_work_with(ganpipe: Program, project: Path, runs: list[str]) -> None:
    assert ganpipe("sample", runs[0], "-n", "7", "-o", "out/samples.npy").out == "out/samples.npy\n"
    samples = np.load("out/samples.npy")
    assert samples.shape == (7, 2)
    ganpipe("sample", runs[0], "-n", "7", "-o", "again.npy")
    np.testing.assert_array_equal(np.load("again.npy"), samples)
    ganpipe("sample", runs[0], "-n", "7", "-o", "other.npy", "--seed", "1")
    assert (np.load("other.npy") != samples).any()
    ganpipe("sample", runs[0], "-n", "7", "-o", "earlier.npy", "--step", "10")
    assert (np.load("earlier.npy") != samples).any()
    ganpipe("sample", runs[0], "-o", "samples.png")
    with Image.open("samples.png") as picture:
        assert picture.size[0] > 100


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("-o samples.gif", "-o samples.gif: expected a name that ends in .png or .npy"),
        ("--step 11", "--step 11: no such snapshot; there are 10, 20"),
    ],
)
def test_samples_that_cannot_be_had(
    ganpipe: Program, project: Path, runs: list[str], arguments: str, problem: str
) -> None:
    said = ganpipe("sample", runs[0], *arguments.split())
    assert (said.status, said.err) == (1, f"ganpipe: {problem}\n")


def test_a_run_that_has_not_ended_has_nothing_to_show(ganpipe: Program, project: Path, runs: list[str]) -> None:
    (RESULTS / "runs" / runs[1]).mkdir()
    for command in ("show", "sample"):
        said = ganpipe(command, runs[1])
        assert (said.status, said.err) == (
            1,
            f"ganpipe: run {runs[1]}: has not ended; `ganpipe status` shows how far it is\n",
        )


def test_forget_deletes_the_run_and_its_evaluations_and_no_others(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    other = RESULTS / "runs" / runs[1]
    other.mkdir()
    assert ganpipe("forget", runs[0]).status == 0
    assert not (RESULTS / "runs" / runs[0]).exists()
    assert not (RESULTS / "evaluations" / runs[0]).exists()
    assert other.is_dir()


def test_a_run_at_work_is_not_forgotten(ganpipe: Program, project: Path, runs: list[str]) -> None:
    with holding(RESULTS / "runs" / runs[0]):
        said = ganpipe("forget", runs[0])
        assert said.status == 1
        assert "is training it; stop it first (--force, if that machine is gone)" in said.err
        assert (RESULTS / "runs" / runs[0] / "result.json").is_file()
        assert ganpipe("forget", runs[0], "--force").status == 0
    assert not (RESULTS / "runs" / runs[0]).exists()


@pytest.mark.parametrize("name", ["", "*", "../datasets", ".", "one", "/"])
def test_nothing_but_a_run_is_ever_forgotten(ganpipe: Program, project: Path, name: str) -> None:
    before = sorted(project.rglob("*"))
    said = ganpipe("forget", name)
    assert said.status == 1
    assert "not a run's id" in said.err
    assert sorted(project.rglob("*")) == before


def test_a_beginning_that_several_runs_share_is_refused(ganpipe: Program, project: Path, runs: list[str]) -> None:
    twin = RESULTS / "runs" / (runs[0][:11] + ("0" if runs[0][11] != "0" else "1"))
    twin.mkdir()
    said = ganpipe("forget", runs[0][:11])
    assert said.status == 1
    assert "it could be" in said.err
    assert twin.is_dir()
    assert "there is none" in ganpipe("show", "000").err
