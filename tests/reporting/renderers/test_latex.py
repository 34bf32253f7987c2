from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from ganpipe.files import write_text
from ganpipe.reporting.renderers import latex
from ganpipe.reporting.table import Table

DOCUMENT = r"""\documentclass{article}
\usepackage{booktabs,graphicx,siunitx}
\begin{document}
\input{table.tex}
\end{document}
"""


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("50% of A&B_c #1 {x} $5", r"50\% of A\&B\_c \#1 \{x\} \$5"),
        (r"a\b~c^d", r"a\textbackslash{}b\textasciitilde{}c\textasciicircum{}d"),
        ("λ ≤ 0.1 ↑", r"$\lambda$ $\le$ 0.1 $\uparrow$"),
        ("<tag> | †", r"\textless{}tag\textgreater{} \textbar{} \dag{}"),
        ("`a_b` is code", r"\texttt{a\_b} is code"),
        ("plain", "plain"),
    ],
)
def test_escaping(text: str, escaped: str) -> None:
    assert latex.escape(text) == escaped


def test_numbers_are_left_to_siunitx(full_table: Table) -> None:
    text = latex.render(full_table)
    assert r"{\bfseries \num[mode = text, detect-weight]{8.0}\,$\pm$\,\num[mode = text, detect-weight]{0.0}}" in text
    assert r"{\scriptsize [\num{8.0}, \num{8.0}]}" in text
    assert r"\num{7.9}\,$\pm$\,\num{0.05}" in text
    assert r"\num{5.5}\textsuperscript{\dag{}\ddag{}}" in text


def test_every_line_has_as_many_cells_as_there_are_columns(full_table: Table) -> None:
    lines = latex.render(full_table).split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    body = [line.replace(r"\&", "") for line in lines if line.rstrip("[2pt]").endswith(r"\\")]
    assert len(body) > 6
    assert {line.count("&") for line in body} == {4}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_it_compiles(full_table: Table, tmp_path: Path) -> None:
    write_text(tmp_path / "table.tex", latex.render(full_table))
    write_text(tmp_path / "document.tex", DOCUMENT)
    said = compiled(tmp_path)
    assert (tmp_path / "document.pdf").is_file()
    assert "Overfull" not in said, "runs over the page's edge"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_what_is_wider_than_the_page_is_made_to_fit(full_table: Table, tmp_path: Path) -> None:
    narrow = DOCUMENT.replace(r"\begin", r"\setlength\textwidth{4cm}\sloppy\begin", 1)
    write_text(tmp_path / "table.tex", latex.render(full_table))
    write_text(tmp_path / "document.tex", narrow)
    assert "Overfull" not in compiled(tmp_path)


def compiled(folder: Path) -> str:
    """What pdfLaTeX says of ``document.tex``, which must come out."""
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    if "siunitx.sty' not found" in done.stdout:
        pytest.skip("siunitx is not installed")
    assert done.returncode == 0, done.stdout[-2000:]
    return done.stdout
