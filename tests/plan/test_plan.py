"""What planning writes, and when it writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json

OLD = 1_000_000_000


def stamps(folder: Path) -> dict[str, float]:
    """Make every file look old and return their times, to see later which were written again."""
    found = sorted(folder.rglob("*.json"))
    for path in found:
        os.utime(path, (OLD, OLD))
    return {str(path.relative_to(folder)): OLD for path in found}


def written(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*.json") if path.stat().st_mtime != OLD}


def test_the_index_says_what_depends_on_what(project: Any) -> None:
    index = project.plan()
    rows = project.described()["rows"]
    (dataset,) = index["datasets"]
    assert index["scale"] == "quick"
    assert index["datasets"] == {dataset: {"origin": None}}
    assert index["runs"] == {row["run_id"]: {"dataset": dataset} for row in rows}
    assert index["experiments"]["one"] == {
        "evaluations": [[row["run_id"], row["evaluations"]["mixture-500"]] for row in rows],
        "figures": ["comparison", "samples", "curves", "losses"],
        "numbers": [],
        "paper": None,
        "claims": 0,
    }


def test_a_plan_that_is_current_is_not_made_again(project: Any) -> None:
    project.plan()
    stamps(project.results)
    project.plan()
    assert written(project.results) == set()


def test_a_current_plan_is_recognised_without_importing_what_runs_are_made_of(project: Any) -> None:
    project.plan()
    code = (
        "import sys; from pathlib import Path; from ganpipe.plan.plan import plan\n"
        "plan({}, Path('results'), Path('config'))\n"
        "heavy = {'torch', 'pandas', 'matplotlib', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("change", ["file", "settings", "override", "package"])
def test_whatever_decides_the_plan_makes_it_afresh(
    project: Any, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = project.plan()["inputs"]
    if change == "file":
        project.write(title="Another title")
    elif change == "settings":
        project.settings.write_text("scale: quick\ncheckpoint_every: 3\n")
    elif change == "package":
        package = tmp_path / "package"
        package.mkdir()
        (package / "__init__.py").write_text("# another version\n")
        monkeypatch.setattr("ganpipe.__file__", str(package / "__init__.py"))
    overrides = {"checkpoint_every": 5.0} if change == "override" else {}
    assert project.plan(**overrides)["inputs"] != before


def test_a_description_is_written_only_when_it_changes(project: Any) -> None:
    project.write("two", methods={"MD": "md"})
    project.plan()
    stamps(project.results)
    project.write("two", methods={"MD": "md"}, title="Another title")
    project.plan()
    assert written(project.results) == {"plan.json", "quick/two/experiment.json"}


def test_claims_go_when_an_experiment_has_none_any_more(project: Any) -> None:
    claim = {"text": "t", "where": "w", "better": "MD", "than": "GAN", "metric": "modes", "margin": 0.5}
    both = {"methods": {"MD": "md", "GAN": "gan"}, "paper": {"name": "PacGAN", "item": "Table 1"}}
    project.write("two", **both, claims=[claim])
    project.plan()
    claims = project.results / "quick" / "two" / "claims.json"
    assert claims.is_file()
    project.write("two", **both)
    project.plan()
    assert not claims.exists()


def test_specifications_stay_when_nobody_asks_for_them_any_more(project: Any) -> None:
    before = project.planned(methods={"GAN": "gan"})["rows"]
    kept = {path.name: read_json(path) for path in (project.results / "specs" / "runs").iterdir()}
    project.planned(methods={"MD": "md"})
    for name, specs in kept.items():
        now = read_json(project.results / "specs" / "runs" / name)
        assert specs.items() <= now.items()
    assert project.spec(before[0]["run_id"]).method.judge.kind == "single"


def test_specifications_that_are_there_are_not_written_again(project: Any) -> None:
    project.plan()
    stamps(project.results)
    project.write(methods={"GAN": "gan"})
    project.plan()
    assert written(project.results) == {"plan.json", "quick/one/experiment.json"}


@pytest.mark.parametrize("lost", ["specs", "quick/one/experiment.json", "plan.json"])
def test_what_was_deleted_by_hand_is_written_again(project: Any, lost: str) -> None:
    def everything() -> dict[str, str]:
        return {str(path): path.read_text() for path in sorted(project.results.rglob("*.json"))}

    project.plan()
    before = everything()
    target = project.results / lost
    for path in target.rglob("*.json") if target.is_dir() else [target]:
        path.unlink()
    project.plan()
    assert everything() == before


@pytest.mark.parametrize("garbage", ["", "{", "[]", '{"schema": 0}'])
def test_a_garbled_plan_is_made_afresh(project: Any, garbage: str) -> None:
    before = project.plan()
    (project.results / "plan.json").write_text(garbage)
    assert project.plan() == before


def test_a_mistake_leaves_the_last_plan_as_it_was(project: Any) -> None:
    project.plan()
    stamps(project.results)
    project.write(protocols=["mixture-50"])
    with pytest.raises(GanpipeError):
        project.plan()
    assert written(project.results) == set()


def test_scales_lie_beside_each_other(project: Any) -> None:
    project.plan(scale="smoke")
    assert project.plan(scale="paper")["scale"] == "paper"
    assert project.described(scale="smoke")["scale"] == "smoke"
    assert project.described(scale="paper")["scale"] == "paper"
