from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ganpipe.files import read_json
from ganpipe.publishing.record import read_records, write_records
from tests.cli.conftest import Program

RESULTS = Path("results")
PUBLISHED = RESULTS / "published" / "quick" / "one"
RUNS = PUBLISHED / "runs.jsonl"


def measure(ganpipe: Program, run: str) -> None:
    """Train and evaluate a planned run by hand, as on a machine without Snakemake."""
    for arguments in (("train", run, "--device", "cpu"), ("evaluate", run, evaluation_of(run), "--device", "cpu")):
        said = ganpipe(*arguments)
        assert said.status == 0, said.err


def evaluation_of(run: str) -> str:
    return str(dict(read_json(RESULTS / "plan.json")["experiments"]["one"]["evaluations"])[run])


def fresh_clone(folder: Path) -> None:
    """Leave what git would have: nothing below results/ but what is published."""
    for path in (folder / "results").iterdir():
        if path.name != "published":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def published() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in PUBLISHED.iterdir()}


def test_what_is_unfinished_is_refused_and_counted_unless_partial(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    said = ganpipe("publish", "one")
    assert (said.status, said.err) == (
        1,
        "ganpipe: one at scale quick: 1 of 2 runs are measured; --partial publishes those\n",
    )
    assert not PUBLISHED.exists()
    assert ganpipe("publish", "onne").err == "ganpipe: onne: not in the plan; did you mean one?\n"

    said = ganpipe("publish", "one", "--partial")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"{PUBLISHED}: 1 of 2 runs, 1 run added, ")
    assert "Unfinished: 1 of 2 runs." in (PUBLISHED / "table.md").read_text()
    summary = read_json(PUBLISHED / "published.json")
    assert (summary["finished"], summary["planned"], summary["seeds"]) == (1, 2, [0])
    assert "[one](quick/one/table.md)" in (contents := (RESULTS / "published" / "README.md").read_text())
    assert "| quick | 1 of 2 |" in contents


def test_what_is_made_from_stand_ins_is_refused(ganpipe: Program, project: Path, runs: list[str]) -> None:
    path = RESULTS / "quick" / "one" / "experiment.json"
    stand_in = {"origin": "galaxy10", "datasets": ["ring8_pacgan"], "protocols": []}
    path.write_text(json.dumps({**read_json(path), "stand_ins": [stand_in]}))
    said = ganpipe("publish", "one", "--partial")
    problem = "one: is made from stand-ins for the published galaxy10; it says nothing to publish"
    assert (said.status, said.err) == (1, f"ganpipe: {problem}\n")
    assert not PUBLISHED.exists()


def test_rows_accumulate_over_machines_and_say_where_they_were_made(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    ganpipe("publish", "one", "--partial")
    first = RUNS.read_text()
    # Another machine, which has not trained the first run.
    fresh_clone(project)
    ganpipe("plan", "--quiet")
    (RESULTS / "datasets").mkdir()
    dataset = read_json(RESULTS / "plan.json")["runs"][runs[1]]["dataset"]
    ganpipe("prepare", dataset)
    measure(ganpipe, runs[1])
    said = ganpipe("publish", "one")
    assert said.out.startswith(f"{PUBLISHED}: 2 of 2 runs, 1 run added, "), said.err
    lines = RUNS.read_text().splitlines()
    assert [json.loads(line)["run_id"] for line in lines] == sorted(runs)
    assert first.strip() in lines
    summary = read_json(PUBLISHED / "published.json")
    assert (summary["finished"], summary["seeds"], summary["scale"]) == (2, [0, 1], "quick")
    assert {"commit", "torch", "cpu", "cpu_capability"} < summary["made"][0].keys()
    assert summary["made"][0]["runs"] == 2
    assert "Unfinished" not in (PUBLISHED / "table.md").read_text()
    assert sum(path.stat().st_size for path in PUBLISHED.iterdir()) < 200_000
    # Publishing writes nothing beside, and nothing that has changed.
    before = published()
    assert ganpipe("publish", "one").out.startswith(f"{PUBLISHED}: 2 of 2 runs, 0 runs added, ")
    assert published() == before
    assert not (RESULTS / "evaluations" / runs[0]).exists()


def test_a_restored_evaluation_is_the_one_that_was_published(ganpipe: Program, project: Path, runs: list[str]) -> None:
    path = RESULTS / "evaluations" / runs[0] / f"{evaluation_of(runs[0])}.parquet"
    original = pq.ParquetFile(path).read()
    result = read_json(RESULTS / "runs" / runs[0] / "result.json")
    ganpipe("publish", "one", "--partial")
    fresh_clone(project)
    assert ganpipe("restore").out == f"{PUBLISHED}: 1 run restored\n"
    assert pq.ParquetFile(path).read().equals(original, check_metadata=True)
    restored = read_json(RESULTS / "runs" / runs[0] / "restored.json")
    assert restored == {**result, "restored": {"from": str(PUBLISHED)}}
    # A second time touches nothing.
    times = {path: path.stat().st_mtime_ns for path in RESULTS.rglob("*.*")}
    ganpipe("restore", "one")
    assert {path: path.stat().st_mtime_ns for path in RESULTS.rglob("*.*")} == times
    # What is published from it again is the same to the byte.
    before = published()
    ganpipe("plan", "--quiet")
    ganpipe("publish", "one", "--partial")
    assert published() == before


def test_what_was_deleted_of_a_restored_run_is_put_back(ganpipe: Program, project: Path, runs: list[str]) -> None:
    ganpipe("publish", "one", "--partial")
    fresh_clone(project)
    ganpipe("restore")
    path = RESULTS / "runs" / runs[0] / "spec.json"
    before = path.read_bytes()
    path.unlink()
    ganpipe("restore")
    assert path.read_bytes() == before


def test_only_files_of_a_publication_are_ever_removed_with_it(ganpipe: Program, project: Path, runs: list[str]) -> None:
    ganpipe("publish", "one", "--partial")
    summary = read_json(PUBLISHED / "published.json")
    victim = project / "victim.txt"
    victim.write_text("of somebody else")
    (PUBLISHED / "published.json").write_text(
        json.dumps({**summary, "files": {**summary["files"], "../../../../victim.txt": ""}})
    )
    assert ganpipe("publish", "one", "--partial").status == 0
    assert read_json(PUBLISHED / "published.json") == summary
    assert victim.read_text() == "of somebody else"


def test_a_restored_run_says_that_its_snapshots_are_elsewhere_and_can_be_trained(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    ganpipe("publish", "one", "--partial")
    shutil.copytree(RESULTS / "datasets", project / "datasets")
    fresh_clone(project)
    ganpipe("restore")
    ganpipe("plan", "--quiet")
    problem = (
        f"ganpipe: run {runs[0]}: was restored from {PUBLISHED} and has no snapshots; "
        f"`ganpipe train {runs[0]}` trains it here\n"
    )
    assert ganpipe("sample", runs[0]).err == problem
    assert ganpipe("evaluate", runs[0], "mixture-2500").err == problem
    shown = ganpipe("show", runs[0]).out
    assert f"snapshots none here, restored from {PUBLISHED}" in shown
    assert "reverse_kl" in shown
    (entry,) = json.loads(ganpipe("status", "--json").out)
    assert (entry["restored"], entry["complete"], entry["waiting"]) == (1, 0, 1)

    shutil.move(project / "datasets", RESULTS / "datasets")
    assert ganpipe("train", runs[0], "--device", "cpu").status == 0
    assert not (RESULTS / "runs" / runs[0] / "restored.json").exists()
    (entry,) = json.loads(ganpipe("status", "--json").out)
    assert (entry["restored"], entry["complete"]) == (0, 1)
    # Its restored numbers are not this run's, as long as it has not been evaluated here.
    shutil.rmtree(PUBLISHED)
    assert ganpipe("publish", "one", "--partial").err == "ganpipe: one at scale quick: 0 of 2 runs are measured\n"


def test_two_results_for_one_id_are_refused_unless_it_is_said_which_counts(
    ganpipe: Program, project: Path, runs: list[str]
) -> None:
    ganpipe("publish", "one", "--partial")
    ours = RUNS.read_bytes()
    (record,) = read_records(RUNS)
    (evaluation,) = record.evaluations
    metric, step, value, *rest = evaluation.rows[0]
    assert value is not None
    other = evaluation.model_copy(update={"rows": ((metric, step, value + 1, *rest), *evaluation.rows[1:])})
    write_records(RUNS, [record.model_copy(update={"evaluations": (other,)})])
    theirs = RUNS.read_bytes()
    said = ganpipe("publish", "one", "--partial")
    assert (said.status, said.err) == (
        1,
        f"ganpipe: {RUNS}: run {runs[0]} is published with another result than here; "
        "--prefer here or --prefer published says which counts\n",
    )
    assert RUNS.read_bytes() == theirs
    table = (PUBLISHED / "table.csv").read_bytes()
    assert ganpipe("publish", "one", "--partial", "--prefer", "published").status == 0
    assert RUNS.read_bytes() == theirs
    assert (PUBLISHED / "table.csv").read_bytes() != table
    assert ganpipe("publish", "one", "--partial", "--prefer", "here").status == 0
    assert RUNS.read_bytes() == ours
    assert (PUBLISHED / "table.csv").read_bytes() == table

    # Two lines for one run are what a merge in git leaves: harmless when they agree.
    RUNS.write_bytes(ours + ours)
    assert ganpipe("publish", "one", "--partial").status == 0
    assert RUNS.read_bytes() == ours
    RUNS.write_bytes(ours + theirs)
    for command in (("publish", "one", "--partial"), ("restore",)):
        assert ganpipe(*command).err == (
            f"ganpipe: {RUNS}: run {runs[0]} is there with two results; delete the line that is wrong\n"
        )


def test_two_publications_never_give_a_run_two_trainings(ganpipe: Program, project: Path, runs: list[str]) -> None:
    ganpipe("publish", "one", "--partial")
    (record,) = read_records(RUNS)
    (evaluation,) = record.evaluations
    other = PUBLISHED.with_name("other")
    shutil.copytree(PUBLISHED, other)
    assert ganpipe("restore").status == 0  # the same run in two publications
    assert ganpipe("publish", "one", "--partial").status == 0
    metric, step, value, *rest = evaluation.rows[0]
    assert value is not None
    changed = evaluation.model_copy(update={"rows": ((metric, step, value + 1, *rest), *evaluation.rows[1:])})
    write_records(other / "runs.jsonl", [record.model_copy(update={"evaluations": (changed,)})])
    line = f"run {runs[0]} is there with two results; publish again what is older\n"
    assert ganpipe("publish", "one", "--partial").err == f"ganpipe: {PUBLISHED} and {other}: {line}"
    assert ganpipe("publish", "one", "--partial", "--prefer", "here").status == 0
    fresh_clone(project)
    for asked in ((), ("one",)):
        said = ganpipe("restore", *asked)
        assert (said.status, said.err) == (1, f"ganpipe: {PUBLISHED} and {other}: {line}")
    assert not (RESULTS / "runs").exists()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda text: text.replace('"n', '"m', 1), "line 1: does not match its checksum"),
        (lambda text: text[: len(text) // 2], "line 1: not valid JSON"),
        (lambda text: "[]\n", "line 1: does not match its checksum"),
        (lambda text: "\n", "line 1: not valid JSON"),
    ],
)
def test_a_damaged_file_is_one_line(
    ganpipe: Program, project: Path, runs: list[str], damage: object, problem: str
) -> None:
    ganpipe("publish", "one", "--partial")
    assert callable(damage)
    RUNS.write_text(damage(RUNS.read_text()))
    fresh_clone(project)
    said = ganpipe("restore")
    assert said.status == 1
    assert said.err.startswith(f"ganpipe: {RUNS}: {problem}")
    assert said.err.endswith("`git checkout` brings back what was published\n")
    assert said.err.count("\n") == 1
    assert not (RESULTS / "evaluations").exists()


def test_an_id_that_is_not_planned_is_counted_and_left_alone(ganpipe: Program, project: Path, runs: list[str]) -> None:
    ganpipe("publish", "one", "--partial")
    fresh_clone(project)
    path = project / "config" / "experiments" / "one.yaml"
    path.write_text(path.read_text().replace("training.steps: 20", "training.steps: 22"))
    assert ganpipe("restore").out == (
        f"{PUBLISHED}: 0 runs restored\n"
        f"{PUBLISHED}: 1 published line belongs to no planned run; nothing is restored from there\n"
    )
    assert not (RESULTS / "evaluations").exists()
    assert ganpipe("restore", "two").err == f"ganpipe: two: not published in {RESULTS / 'published'}; known are one\n"
    # A record whose id is not the hash of its own specification was never a run.
    (record,) = read_records(RUNS)
    write_records(RUNS, [record.model_copy(update={"run_id": "0" * 12})])
    assert ganpipe("restore").err == (
        f"ganpipe: {RUNS}: line 1: run_id: {'0' * 12} is not the hash of the specification beside it\n"
    )


def test_what_was_trained_here_is_left_as_it_is(ganpipe: Program, project: Path, runs: list[str]) -> None:
    ganpipe("publish", "one", "--partial")
    path = RESULTS / "evaluations" / runs[0] / f"{evaluation_of(runs[0])}.parquet"
    path.unlink()
    assert ganpipe("restore").out == f"{PUBLISHED}: 0 runs restored, 1 trained here\n"
    assert not path.exists()


def test_nothing_published(ganpipe: Program, project: Path) -> None:
    assert ganpipe("restore").err == f"ganpipe: {RESULTS / 'published'}: nothing is published there\n"


def test_git_tracks_what_is_published_and_merges_it_line_by_line(ganpipe: Program, project: Path) -> None:
    repository = Path(__file__).parents[2]
    for name in (".gitignore", ".gitattributes"):
        shutil.copy(repository / name, project)
    ganpipe("publish", "one", "--partial")

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=True)
        return done.stdout

    git("init", "-q")
    git("add", "results")
    contents = PUBLISHED.parents[1] / "README.md"
    assert set(git("ls-files", "results").split()) == {str(path) for path in (contents, *PUBLISHED.iterdir())}
    assert git("check-attr", "merge", "--", str(RUNS)).split()[-1] == "union"
