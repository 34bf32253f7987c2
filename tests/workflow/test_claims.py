"""Verdicts follow what they are made from, and nothing else follows them."""

from __future__ import annotations

from tests.workflow.conftest import Project, concerned, counted

CLAIM = {
    "text": "Packing helps.",
    "where": "section 4",
    "better": "PacGAN2",
    "than": "GAN",
    "metric": "modes",
    "margin": 0.5,
}
PAPER = {"name": "PacGAN", "item": "Table 1"}


def test_a_claim_is_judged_again_when_it_changes_and_nothing_else_is(project: Project) -> None:
    project.edit("untouched", claims=[CLAIM], paper=PAPER)
    project.edit("fewer", paper=PAPER)
    # Claims alone train, evaluate and aggregate nothing; here the paper's name is new to experiment.json.
    made = project.dry_run("all_pacgan")
    assert concerned(made, "claims", "experiment") == {"untouched"}
    theory = {"pacgan_figure2": 1, "pacgan_figure3": 1}
    assert counted(made) == {"aggregate": 2, "table": 2, "claims": 1, "verdicts": 1, **theory, "all_pacgan": 1}
    project.make_targets("all_pacgan")
    assert project.dry_run("all_pacgan") == []
    folder = project.results / "quick"
    for form in ("html", "md", "tex", "parquet"):
        assert (folder / "untouched" / f"claims.{form}").stat().st_size > 0
    page = (folder / "pacgan_verdicts.html").read_text(encoding="utf-8")
    assert "at quick scale: inconclusive" in page
    for run in project.run_ids("untouched"):
        assert run in page

    for change in ({"text": "Other words."}, {"margin": 2.0}):
        project.edit("untouched", claims=[CLAIM | change])
        assert counted(project.dry_run("all_pacgan")) == {"claims": 1, "verdicts": 1, "all_pacgan": 1}
    # Without claims there are no verdicts, and the front page, which linked to them, is written again.
    project.set(experiments=["untouched"])
    project.make_targets()
    front = folder / "index.html"
    assert "untouched/claims.html" in front.read_text(encoding="utf-8")
    project.edit("untouched", claims=[])
    assert counted(project.dry_run()) == {"overview": 1}
    project.make_targets()
    assert "claims.html" not in front.read_text(encoding="utf-8")
    project.edit("untouched", claims=[CLAIM])
    # Another run changes the verdict as it changes the table.
    project.edit("untouched", seeds=[0, 1, 2])
    assert counted(project.dry_run("untouched")) == {
        **{"train": 2, "evaluate": 2, "aggregate": 1, "table": 1, "claims": 1}
    }
