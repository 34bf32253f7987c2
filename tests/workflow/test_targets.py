"""What can be asked for by name, and what each thing is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganpipe.files import read_json
from tests.workflow.conftest import RUNS, Project, concerned, counted, experiment


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Nothing is made here; dry runs tell enough."""
    small = {path: value for path, value in RUNS.items() if not path.startswith("dataset.")}
    mnist = {**small, "dataset": "stacked_mnist_pacgan", "networks": "dcgan_pacgan"}
    experiments = {
        "ring": experiment(paper={"name": "PacGAN", "item": "Figure 3"}),
        "digits": experiment(
            runs=mnist, protocols=["modes-1k"], classifier="mnist_smoke", paper={"name": "PacGAN", "item": "Table 1"}
        ),
        "own": experiment(methods={"MD": "md"}),
        "inception": experiment(
            runs={**small, "dataset": "stacked_digits", "networks": "small_conv"}, protocols=["fid-10k-inception"]
        ),
    }
    return Project.make(tmp_path_factory.mktemp("targets") / "project", experiments, ["own"])


def test_by_default_the_experiments_of_the_settings_and_a_front_page(project: Project) -> None:
    jobs = project.dry_run()
    assert counted(jobs) == {"prepare": 1, "train": 2, "evaluate": 2, "aggregate": 1, "table": 1, "overview": 1}
    assert concerned(jobs, "aggregate", "experiment") == {"own"}


def test_one_paper_is_made_with_all_that_it_needs(project: Project) -> None:
    jobs = project.dry_run("all_pacgan")
    assert concerned(jobs, "aggregate", "experiment") == {"ring", "digits"}
    # Stacked MNIST and the digits of its classifier come from one download; rings come from nothing.
    assert counted(jobs) == {
        **{"download": 1, "prepare": 3, "classifier": 1, "confusion": 1, "train": 8, "evaluate": 8},
        **{"aggregate": 2, "table": 2},
        # What the paper proves is part of it.
        **{"pacgan_figure2": 1, "pacgan_figure3": 1, "all_pacgan": 1},
    }


def test_a_folder_of_ones_own_is_not_downloaded_and_may_move(project: Project, tmp_path: Path) -> None:
    own = ("--config", "mnist_dir=/a/folder")
    assert "download" not in counted(project.dry_run("digits", *own))
    assert "download" not in counted(project.dry_run("digits", "--config", "raw={mnist: /a/folder}"))
    assert "download" in counted(project.dry_run("digits", "--config", "raw={celeba: /a/folder}"))
    for number, image in (("images-idx3", 3), ("labels-idx1", 1)):
        for part in ("train", "t10k"):
            (tmp_path / f"{part}-{number}-ubyte").write_bytes(bytes((0, 0, 8, image)))
    assert "download" not in counted(project.dry_run("digits", "--config", f"stand_ins={{mnist: {tmp_path}}}"))
    plan = read_json(project.results / "plan.json")
    prepared = [f"results/datasets/{name}/manifest.json" for name, entry in plan["datasets"].items() if entry["origin"]]
    for path in prepared:
        (project.folder / path).parent.mkdir(parents=True)
        (project.folder / path).touch()
    # What was prepared from it stays, recorded as Snakemake records it, wherever the folder is later.
    assert project.call("--touch", "--cores", "1", *prepared, *own).returncode == 0
    for later in (("--config", "mnist_dir=/another/folder"), ()):
        assert project.dry_run(*prepared, *later) == []


def test_published_weights_are_downloaded_unless_they_are_in_a_folder_of_ones_own(project: Project) -> None:
    assert concerned(project.dry_run("inception"), "download", "origin") == {"inception"}
    assert "download" not in counted(project.dry_run("inception", "--config", "raw={inception: /a/folder}"))
    assert "download" not in counted(project.dry_run("ring"))
