"""The tables that travel with the repository: a clone makes them without training, and training makes them again."""

from __future__ import annotations

import shutil
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import torch

from ganpipe.cli.reporting import aggregate
from ganpipe.cli.reporting import table as write_table
from ganpipe.files import read_json
from ganpipe.provenance import provenance
from ganpipe.publishing.record import RUNS, read_records
from ganpipe.publishing.summary import read_summary
from tests.workflow.conftest import REPOSITORY, Project, counted

PUBLISHED = REPOSITORY / "results" / "published"
SUMMARIES = {path.parent.relative_to(PUBLISHED): read_summary(path.parent) for path in PUBLISHED.glob(f"*/*/{RUNS}")}
TABLES = sorted(table for table, summary in SUMMARIES.items() if summary.finished == summary.planned)
SMALL = Path("quick/demo_ring")
"""The table of which a run is trained again, and which ``make soak`` makes anew."""
ARITHMETIC = ("device", "cpu", "cpu_capability", "torch", "numpy")
"""Where all of these are the same, so are all numbers."""
FORMS = ("md", "csv", "tex", "html")


def clone(folder: Path) -> Project:
    """What git tracks of the workflow."""
    for part in ("workflow", "profiles", "config", "results/published"):
        shutil.copytree(REPOSITORY / part, folder / part)
    shutil.copy(REPOSITORY / "Snakefile", folder)
    return Project(folder)


def tables(*published: Path) -> list[str]:
    return [f"results/{table}/table.{form}" for table in published for form in FORMS]


def assert_as_published(project: Project, table: Path) -> None:
    for form in FORMS:
        ours, theirs = (folder / table / f"table.{form}" for folder in (project.results, PUBLISHED))
        assert ours.read_text() == theirs.read_text(), f"{ours} differs; `ganpipe publish` makes it anew from its rows"


def same_arithmetic() -> None:
    """Skip where the published numbers cannot be expected to come out to the last digit."""
    here = provenance(torch.device("cpu"), {})
    for record in read_records(PUBLISHED / SMALL / RUNS):
        there: Any = record.result["provenance"]
        for what in ARITHMETIC:
            if there[what] != here[what]:
                pytest.skip(f"{SMALL} was made with {what} {there[what]}, here it is {here[what]}")


@pytest.fixture(scope="module")
def restored(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone in which everything published has been restored."""
    project = clone(tmp_path_factory.mktemp("published") / "clone")
    done = project.ganpipe("restore")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_a_clone_makes_every_published_table_without_training(restored: Project) -> None:
    assert TABLES
    for scale, published in groupby(TABLES, lambda table: table.parts[0]):
        wanted = list(published)
        made = counted(restored.dry_run(*tables(*wanted), "--config", f"scale={scale}"))
        assert made == {"aggregate": len(wanted), "table": len(wanted)}
        # What these jobs do, in one process for time's sake.
        for table in wanted:
            aggregate(restored.results / table, restored.results)
            write_table(restored.results / table)
            assert_as_published(restored, table)


def test_a_run_that_is_trained_again_gives_the_published_numbers(restored: Project, tmp_path: Path) -> None:
    same_arithmetic()
    project = restored.copy(tmp_path / "clone")
    rows = read_json(project.results / SMALL / "experiment.json")["rows"]
    (run,) = (row["run_id"] for row in rows if (row["variant"], row["seed"]) == ("GAN", 0))
    assert project.ganpipe("forget", run).returncode == 0
    shutil.rmtree(project.results / SMALL)
    options = [*tables(SMALL), "--config", f"scale={SMALL.parts[0]}"]
    assert counted(project.dry_run(*options)) == {"prepare": 1, "train": 1, "evaluate": 1, "aggregate": 1, "table": 1}
    project.make_targets(*options)
    assert (project.results / "runs" / run / "result.json").exists()
    assert_as_published(project, SMALL)


@pytest.mark.soak
def test_the_small_table_comes_out_again_when_all_of_it_is_trained(tmp_path: Path) -> None:
    same_arithmetic()
    project = clone(tmp_path / "clone")
    project.make_targets(*tables(SMALL), "--config", f"scale={SMALL.parts[0]}")
    assert_as_published(project, SMALL)
