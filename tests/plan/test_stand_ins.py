"""What the planner makes of folders with stand-ins for published files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ganpipe.data.stand_ins import stood_in_for
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.networks.features import WEIGHTS
from ganpipe.plan.index import read_spec
from tests.data.official import write_galaxy10

GALAXIES = {
    "runs": {"networks": "dcgan_setgan", "training.steps": 4, "training.batch_size": 8},
    "axes": {"grid": {"dataset": ["galaxy10", "celeba"]}},
    "methods": {"GAN": "gan"},
    "seeds": 1,
    "protocols": {"galaxy10": ["modes-1k", "fid-10k-inception"], "celeba": ["fid-10k-inception"]},
    "classifier": "galaxy10_smoke",
}


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """Stand-ins for Galaxy10 and for Inception, which is not looked into."""
    for name in ("galaxies", "weights"):
        (tmp_path / name).mkdir()
    write_galaxy10(tmp_path / "galaxies", [3] * 10)
    (tmp_path / "weights" / WEIGHTS).write_bytes(b"weights")
    return {"galaxy10": str(tmp_path / "galaxies"), "inception": str(tmp_path / "weights")}


def test_what_is_made_from_stand_ins_has_ids_of_its_own_and_the_rest_keeps_its_own(
    project: Any, folders: dict[str, str]
) -> None:
    project.write(**GALAXIES)
    real = project.plan()
    small = project.plan(stand_ins={"galaxy10": folders["galaxy10"]})
    (faces,) = (name for name, entry in real["datasets"].items() if entry["origin"] == "celeba")
    assert set(real["datasets"]) & set(small["datasets"]) == {faces}
    assert not set(real["classifiers"]) & set(small["classifiers"])
    shared = set(real["runs"]) & set(small["runs"])
    assert {small["runs"][run]["dataset"] for run in shared} == {faces}
    # Weights alone change no run, and every evaluation that reads them.
    weights = project.plan(stand_ins={"inception": folders["inception"]})
    assert weights["runs"] == real["runs"]
    changed = set(real["evaluations"]) - set(weights["evaluations"])
    assert {real["evaluations"][name]["origin"] for name in changed} == {"inception"}
    assert len(changed) == 2


def test_jobs_find_the_stand_ins_in_their_specifications(project: Any, folders: dict[str, str]) -> None:
    project.write(**GALAXIES)
    index = project.plan(stand_ins=folders)
    galaxies = [run for run in index["runs"] if stood_in_for(project.spec(run))]
    assert len(galaxies) == 1
    assert project.spec(galaxies[0]).run_id == galaxies[0]
    for evaluation, entry in index["evaluations"].items():
        stand_ins = read_spec(project.results, "evaluations", evaluation)["stand_ins"]
        assert list(stand_ins) == ([entry["origin"]] if entry["origin"] else [])


def test_the_description_says_what_was_made_from_them(project: Any, folders: dict[str, str]) -> None:
    project.write(**GALAXIES)
    project.plan()
    assert project.described()["stand_ins"] == []
    project.plan(stand_ins=folders)
    assert project.described()["stand_ins"] == [
        {"origin": "galaxy10", "datasets": ["galaxy10"], "protocols": []},
        {"origin": "inception", "datasets": [], "protocols": ["fid-10k-inception"]},
    ]


def test_other_stand_ins_are_planned_afresh_and_the_same_are_not(
    project: Any, folders: dict[str, str], tmp_path: Path
) -> None:
    project.write(**GALAXIES)
    before = project.plan(stand_ins=folders)
    plan = project.results / "plan.json"
    time = plan.stat().st_mtime_ns
    assert project.plan(stand_ins=folders) == before
    assert plan.stat().st_mtime_ns == time
    (tmp_path / "weights" / WEIGHTS).write_bytes(b"other weights")
    after = project.plan(stand_ins=folders)
    assert after["runs"] == before["runs"]
    assert after["evaluations"].keys() != before["evaluations"].keys()
    (tmp_path / "weights" / WEIGHTS).unlink()
    with pytest.raises(GanpipeError, match=rf"{WEIGHTS}: no such file \(see stand_ins: {{inception: FOLDER}}\)"):
        project.plan(stand_ins=folders)


@pytest.mark.parametrize("real", [{"raw": {"mnist": "/a"}}, {"mnist_dir": "/a"}])
def test_a_folder_holds_the_real_files_or_stand_ins(project: Any, real: dict[str, Any]) -> None:
    with pytest.raises(GanpipeError) as raised:
        project.plan(stand_ins={"mnist": "/b"}, **real)
    assert str(raised.value) == (
        "command line: mnist has a folder of its own files and one of stand-ins; keep one of the two"
    )


def test_an_unknown_origin_is_refused(project: Any) -> None:
    with pytest.raises(GanpipeError, match="'galaxy' are no source files of a dataset; did you mean galaxy10"):
        project.plan(stand_ins={"galaxy": "/b"})
