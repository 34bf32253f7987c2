"""What is written: a record for programs, pages for people, each with the way from a verdict to its runs."""
# ruff: noqa: RUF001 (a minus sign is the point)

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.files import write_text
from ganpipe.reporting.claims.pages import write_claims, write_verdicts
from ganpipe.reporting.claims.view import p_text
from ganpipe.reporting.experiment import read_description

VALUES = {"GAN": [0.5, 0.51, 0.52, 0.53, 0.54], "PacGAN2": [0.10, 0.11, 0.12, None, 0.15]}
DOCUMENT = r"\documentclass{article}\usepackage{booktabs}\begin{document}\input{claims.tex}\end{document}"


@pytest.fixture
def folder(trial: Any) -> Path:
    """Three claims: one that holds, one in our words that is about <awkward> names, one that cannot be judged."""
    claims = [
        trial.claim("PacGAN2", "GAN", text="Packing helps & “more” is <better>.", margin=0.05),
        trial.claim("GAN", "PacGAN2", "modes", basis="table", form="similar", margin=0.5, where="Table 1"),
        trial.claim("SetGAN5", "GAN", absent=["SetGAN5"], comparisons=[]),
    ]
    reported = [trial.study.reported("GAN", "reverse_kl", 0.9), trial.study.reported("PacGAN2", "reverse_kl", 0.1)]
    trial.prepare(VALUES, *claims, reported=reported)
    path: Path = trial.study.folder
    return path


def test_the_record_leads_from_verdict_to_commit(folder: Path) -> None:
    write_claims(folder, folder.parents[1])
    first, second, third = pq.ParquetFile(folder / "claims.parquet").read().to_pylist()
    assert (first["claim"], first["paper"], first["metric"]) == (0, "PacGAN", "reverse_kl")
    assert first["verdict"] == "at quick scale: inconclusive"
    assert first["first_mean"] == pytest.approx(0.12)
    assert first["difference"] == pytest.approx(0.12 - 0.52)
    assert first["difference_low"] < first["difference"] < first["difference_high"]
    assert first["superiority"] == pytest.approx(0.8)
    assert [run["run_id"] for run in first["first_runs"]] == [f"ring8_pacgan-PacGAN2-{seed}" for seed in range(5)]
    assert first["first_runs"][3]["value"] is None
    assert {run["commit"] for run in first["second_runs"]} == {"abc1234"}
    assert (second["form"], second["basis"], second["margin"]) == ("similar", "table", 0.5)
    assert (third["verdict"], third["first"], third["p"]) == ("not judged at quick scale", None, None)


def test_the_markdown_says_what_was_claimed_meant_and_found(folder: Path) -> None:
    write_claims(folder, folder.parents[1])
    text = (folder / "claims.md").read_text(encoding="utf-8")
    assert "> “Packing helps & “more” is \\<better\\>.” (section 4)" in text
    assert "Taken as: Reverse KL (nats) lower by more than a tie margin of 0.05." in text
    assert "| PacGAN2 better than GAN (1, 2) | 0.120 (4/5) against 0.520 | -0.400 \\[" in text
    assert "It works. (our words) (Table 1)" in text
    assert "Taken as: Modes no further apart than 0.5." in text
    assert "This scale has no SetGAN5." in text
    assert "3: diverged, `ring8_pacgan-PacGAN2-3`, abc1234" in text
    assert "| ring8\\_pacgan | Reverse KL (nats) | 1.00 | PacGAN2 \\> GAN |  |" in text
    assert "At quick scale, nothing is supported or contradicted" in text
    tables = [line for line in text.splitlines() if line.startswith("| PacGAN2 better") or "similar to" in line]
    assert {line.count(" | ") for line in tables} == {7}


def test_a_row_that_keeps_up_is_put_in_words(trial: Any) -> None:
    trial.prepare(VALUES, trial.claim("PacGAN2", "GAN", form="not_worse", margin=0.05))
    write_claims(trial.study.folder, trial.study.results)
    text = (trial.study.folder / "claims.md").read_text(encoding="utf-8")
    assert "Taken as: Reverse KL (nats) higher by no more than 0.05." in text
    assert "| PacGAN2 no worse than GAN (1, 2) |" in text


def test_the_page_leads_to_runs_and_specification(folder: Path) -> None:
    write_claims(folder, folder.parents[1])
    page = (folder / "claims.html").read_text(encoding="utf-8")
    assert "Packing helps &amp; “more” is &lt;better&gt;." in page
    assert '<a href="#tiny-row1">[1]</a>' in page
    assert 'id="tiny-row1"' in page
    assert "<code>ring8_pacgan-PacGAN2-0</code>" in page
    assert "<code>ring8_pacgan-PacGAN2-0-e</code>" in page
    assert '"method": "PacGAN2"' in page.replace("&#34;", '"')
    assert '"seed"' not in page.replace("&#34;", '"')
    assert "−0.400" in page
    assert "http" not in page
    assert "<script" not in page


def test_what_the_experiment_notes_stands_beside_its_verdicts(folder: Path) -> None:
    note = "The discriminator is weak on purpose."
    assert note in read_description(folder / "experiment.json").notes
    write_claims(folder, folder.parents[1])
    for form in ("md", "html", "tex"):
        assert note in (folder / f"claims.{form}").read_text(encoding="utf-8"), form


def test_a_reduced_paper_scale_is_printed_and_explained(trial: Any) -> None:
    asked = trial.claim("PacGAN2", "GAN", margin=0.05)
    trial.prepare(VALUES, asked, scale="paper", reduced=True, scale_note="a tenth of the steps")
    folder = trial.study.folder
    write_claims(folder, folder.parents[1])
    text = (folder / "claims.md").read_text(encoding="utf-8")
    assert "- **Scale:** paper, reduced (a tenth of the steps)" in text
    assert "### Claim 1: at paper scale, reduced: " in text
    assert "At paper scale, reduced, nothing is supported or contradicted" in text
    trial.prepare(VALUES, asked, scale="paper", scale_note="all of it")
    write_claims(folder, folder.parents[1])
    text = (folder / "claims.md").read_text(encoding="utf-8")
    assert "- **Scale:** paper (all of it)" in text
    assert "nothing is supported or contradicted" not in text


def test_one_page_a_paper(folder: Path) -> None:
    shutil.copytree(folder, folder.with_name("again"))
    write_verdicts(folder.parent, "pacgan", ["tiny", "again"], folder.parents[1])
    text = (folder.parent / "pacgan_verdicts.md").read_text(encoding="utf-8")
    assert text.startswith("# PacGAN: its claims at quick scale")
    assert text.count("**at quick scale: inconclusive**") == 4
    assert text.count("## A tiny comparison") == 2
    assert "<h1>PacGAN: its claims at quick scale</h1>" in (folder.parent / "pacgan_verdicts.html").read_text("utf-8")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_latex_compiles(folder: Path, tmp_path: Path) -> None:
    write_claims(folder, folder.parents[1])
    shutil.copy(folder / "claims.tex", tmp_path)
    write_text(tmp_path / "document.tex", DOCUMENT)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-2000:]
    assert r"$-$0.400 [$-$" in (tmp_path / "claims.tex").read_text(encoding="utf-8")


def test_a_missing_specification_is_one_line(folder: Path) -> None:
    shutil.rmtree(folder.parents[1] / "specs")
    with pytest.raises(GanpipeError, match="run ring8_pacgan-PacGAN2-0: in no plan"):
        write_claims(folder, folder.parents[1])


@pytest.mark.parametrize(
    ("p", "text"),
    [(1.0, "1.00"), (0.1, "0.10"), (0.0512, "0.051"), (0.00794, "0.0079"), (0.00001, "< 0.0001")],
)
def test_p(p: float, text: str) -> None:
    assert p_text(p) == text


@pytest.mark.parametrize(("lowest", "fooled"), [(-0.14, True), (0.0, False)])
def test_a_row_that_has_fooled_the_metric_is_named_where_it_is_compared(
    trial: Any, lowest: float, fooled: bool
) -> None:
    # An ideal sampler has 0.0014, and prints as 0.001.
    values = {"GAN": VALUES["GAN"], "PacGAN2": [lowest + 0.01 * seed for seed in range(5)]}
    trial.prepare(values, trial.claim("PacGAN2", "GAN"))
    write_claims(trial.study.folder, trial.study.results)
    text = (trial.study.folder / "claims.md").read_text(encoding="utf-8")
    assert ("| as claimed: PacGAN2 beyond the ideal sampler |" in text) == fooled
    assert ("| as claimed |" in text) != fooled
