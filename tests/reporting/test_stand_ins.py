"""What is made from stand-ins for published files says so wherever its numbers stand."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from ganpipe.files import write_json
from ganpipe.reporting.claims.judge import judge
from ganpipe.reporting.claims.planned import read_claims
from ganpipe.reporting.experiment import Experiment
from ganpipe.reporting.figures import theme
from ganpipe.reporting.overview import write_overview
from ganpipe.reporting.renderers import csv as plain
from ganpipe.reporting.renderers import html, latex, markdown
from ganpipe.reporting.table import Table, build_table

OTHER = "galaxy10"
STAND_INS = [{"origin": "galaxy10", "datasets": [OTHER], "protocols": []}]


def planned(study: Any, **changes: Any) -> Experiment:
    """Two datasets, of which one is made from stand-ins."""
    rows = [
        study.row(variant, seed, dataset)
        for dataset in ("ring8_pacgan", OTHER)
        for variant in ("GAN", "PacGAN2")
        for seed in (0, 1, 2)
    ]
    known = {"datasets": ["ring8_pacgan", OTHER], "rows": rows, "stand_ins": STAND_INS}
    experiment: Experiment = study.plan(**{**known, **changes})
    return experiment


@pytest.fixture
def table(study: Any, scores: Any) -> Table:
    experiment = planned(study, reported=[study.reported("GAN", "modes", 7.2, dataset=OTHER)])
    return build_table(experiment, study.measure(experiment, scores))


def test_the_face_of_the_table_and_a_footnote_say_so(table: Table) -> None:
    assert dict(table.facts)["Stand-ins"] == "★ other files in the place of the published galaxy10"
    (note,) = (note for note in table.footnotes if note.mark == "★")
    assert note.text.startswith(
        "Made from stand-ins, files in the official format but not the published ones: galaxy10"
    )


def test_our_numbers_are_marked_where_they_are_made_from_stand_ins_and_nowhere_else(table: Table) -> None:
    marks = {group.dataset: {entry.own_mark for row in group.rows for entry in row.entries} for group in table.groups}
    assert marks == {"ring8_pacgan": {""}, OTHER: {"★"}}
    first, second = markdown.render(table).split("## galaxy10")
    assert "| GAN | 3/3 | 6.5 ± 0.3 [6.0, 7.0] |" in first
    assert "| GAN | 3/3 | 6.5 ± 0.3 [6.0, 7.0] ★ | 7.2 |" in second
    assert html.render(table).count("<sup>★</sup>") == 4 + 1
    assert latex.render(table).count(r"\textsuperscript{$\star$}") == 4 + 1
    lines = csv.DictReader(io.StringIO(plain.render(table)))
    assert {(line["dataset"], line["stand_ins"]) for line in lines} == {("ring8_pacgan", ""), (OTHER, "galaxy10")}


def test_a_protocol_that_reads_stand_ins_marks_its_columns(study: Any, scores: Any) -> None:
    protocol = {"origin": "inception", "datasets": [], "protocols": ["mixture-2500"]}
    experiment = study.plan(stand_ins=[protocol])
    table = build_table(experiment, study.measure(experiment, scores))
    assert {entry.own_mark for row in table.groups[0].rows for entry in row.entries} == {"★"}


def test_without_stand_ins_nothing_is_said(study: Any, scores: Any) -> None:
    experiment = planned(study, stand_ins=[])
    table = build_table(experiment, study.measure(experiment, scores))
    assert "Stand-ins" not in dict(table.facts)
    assert "★" not in markdown.render(table)


def test_figures_say_so_below_their_title(study: Any) -> None:
    said = [text.get_text() for text in theme.canvas(planned(study), "modes", "", 6, 4).texts]
    assert "★ other files in the place of the published galaxy10" in " ".join(said).replace("\n", " ")


def test_the_front_page_says_so(study: Any, scores: Any) -> None:
    study.measure(planned(study), scores)
    write_overview(study.results / "quick", ["tiny"], study.results)
    page = (study.results / "quick" / "index.html").read_text(encoding="utf-8")
    assert (
        page.split("<nav")[0].count("<dt>Stand-ins</dt><dd>★ other files in the place of the published galaxy10") == 1
    )


def test_no_claim_is_judged_from_them(study: Any, scores: Any) -> None:
    claim = {
        "text": "Packing helps.",
        "where": "section 4",
        "basis": "text",
        "form": "better",
        "margin": 0.0,
        "absent": [],
        "comparisons": [
            {"dataset": OTHER, "metric": "modes", "protocol": "mixture-2500", "first": "PacGAN2", "second": "GAN"}
        ],
    }
    for scale, stand_ins, word in (
        ("paper", STAND_INS, "not judged from stand-ins"),
        ("paper", [], "inconclusive"),
        ("quick", STAND_INS, "not judged from stand-ins"),
    ):
        experiment = planned(study, scale=scale, stand_ins=stand_ins)
        metrics = study.measure(experiment, scores)
        write_json(study.folder / "claims.json", {"schema": 1, "claims": [claim]})
        (judged,) = judge(experiment, read_claims(study.folder / "claims.json", experiment), metrics).claims
        assert judged.verdict == word
