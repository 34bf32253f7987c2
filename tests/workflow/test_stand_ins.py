"""A table from stand-ins, made by the workflow: nothing is downloaded, and it says what it was made from."""

from __future__ import annotations

from pathlib import Path

from tests.stand_ins import write_stand_ins
from tests.workflow.conftest import Project, counted, experiment


def test_a_table_is_made_from_stand_ins_and_from_nothing_else(tmp_path: Path) -> None:
    runs = {
        **{"dataset": "cifar10", "networks": "miyato", "training.steps": 2, "training.batch_size": 4},
        **{"networks.generator.width": 2, "networks.discriminator.width": 2},
    }
    content = experiment(
        runs=runs, methods={"GAN": "gan"}, seeds=[0], protocols=["scores-500-classifier"], classifier="cifar10_smoke"
    )
    project = Project.make(tmp_path / "project", {"one": content}, ["one"])
    assert counted(project.dry_run())["download"] == 1
    real = project.run_ids("one")
    project.set(stand_ins=write_stand_ins(tmp_path / "stand_ins", "cifar10"))
    assert "download" not in counted(project.dry_run())
    assert not real & project.run_ids("one")
    downloaded = project.results / "downloads" / "cifar10" / "complete"
    downloaded.parent.mkdir(parents=True)
    downloaded.touch()
    project.make_targets()
    # Its disk is worth more than a download that nothing needs any more, and that comes back for something else.
    downloaded.unlink()
    assert project.dry_run() == []
    downloaded.touch()
    assert project.dry_run() == []
    downloaded.unlink()
    folder = project.results / "quick"
    for page in (folder / "one" / "table.md", folder / "index.html"):
        assert "★ other files in the place of the published cifar10" in page.read_text(encoding="utf-8")
    # With the real files in reach the same table is another one.
    project.set(stand_ins={})
    assert counted(project.dry_run())["download"] == 1
