r"""A table as LaTeX for a paper: ``\input`` it in a document with ``\usepackage{booktabs,graphicx,siunitx}``.

What is wider than the page is made smaller until it fits. Every number is a ``\num`` of siunitx, so the document's
``\sisetup`` decides how it looks. Mean and error are two of them: siunitx prints no uncertainty of zero, which is what
seeds that agree have.
"""
# ruff: noqa: RUF001 (the letters that look like others are the point)

from __future__ import annotations

import re
from collections.abc import Sequence

from ganpipe.reporting.table import Column, Entry, Group, Printed, Table

SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "−": r"$-$",
    "†": r"\dag{}",
    "‡": r"\ddag{}",
    "§": r"\S{}",
    "¶": r"\P{}",
    "★": r"$\star$",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "ε": r"$\varepsilon$",
    "λ": r"$\lambda$",
    "μ": r"$\mu$",
    "σ": r"$\sigma$",
    "τ": r"$\tau$",
}
"""What needs another spelling under pdfLaTeX with its default encodings."""

NEEDS = r"% \usepackage{booktabs,graphicx,siunitx}"
FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"
"""What follows, up to the closing brace, in its own size or in that of the line, whichever is less."""


def escape(text: str) -> str:
    """``text`` as LaTeX that prints it, and as code what stands between backticks, as in Markdown."""
    spelled = re.sub("|".join(map(re.escape, SPECIAL)), lambda match: SPECIAL[match[0]], text)
    return re.sub(r"`([^`]+)`", r"\\texttt{\1}", spelled)


def render(table: Table) -> str:
    """One floating ``table`` with a caption, one tabular a dataset and the notes below."""
    experiment = table.experiment
    facts = " ".join(f"{term}: {text.rstrip('.')}." for term, text in table.facts)
    lines = [r"\small"]
    for group in table.groups:
        if len(table.groups) > 1:
            lines += [rf"\par\bigskip\textbf{{{escape(group.dataset)}}}\par\smallskip"]
        lines += _tabular(group)
    below = [escape(note) for note in table.notes]
    below += [(_raised(note.mark) if note.mark else "") + escape(note.text) for note in table.footnotes]
    lines += remarks(below)
    return floating(f"{experiment.title}. {facts}", f"{experiment.name}-{experiment.scale}", lines)


def remarks(texts: list[str]) -> list[str]:
    """Paragraphs below a tabular, from texts that are LaTeX already."""
    if not texts:
        return []
    paragraphs = [rf"{text}\par" for text in texts]
    return [r"\par\medskip", r"\begin{minipage}{\linewidth}\footnotesize", *paragraphs, r"\end{minipage}"]


def floating(caption: str, label: str, body: list[str]) -> str:
    """A ``table`` with a caption, which is plain text, above ``body``; ``label`` is what stands after ``tab:``."""
    lines = [NEEDS, r"\begin{table}[tbp]", r"\centering", rf"\caption{{{escape(caption)}}}", rf"\label{{tab:{label}}}"]
    return "\n".join([*lines, *body, r"\end{table}"]) + "\n"


def _tabular(group: Group) -> list[str]:
    alignment = "lr" + "".join("rr" if column.reported else "r" for column in group.columns)
    lines = [FITTED, rf"\begin{{tabular}}{{{alignment}}}", r"\toprule", *_head(group.columns), r"\midrule"]
    for row in group.rows:
        numbers, intervals = [escape(row.variant), row.runs], ["", ""]
        for column, entry in zip(group.columns, row.entries, strict=True):
            numbers.append(_ours(entry))
            intervals.append(_interval(entry.printed))
            if column.reported:
                numbers.append(_number(entry.quoted) + _raised(entry.marks) if entry.quoted else "")
                intervals.append("")
        lines.append(_line(numbers))
        if any(intervals):
            lines.append(_line(intervals) + "[2pt]")
    if group.has_floors:
        cells = [r"\textit{ideal sampler}", ""]
        for column, floor in zip(group.columns, group.floors, strict=True):
            cells += [rf"\num{{{floor}}}" if floor else ""] + [""] * bool(column.reported)
        lines += [r"\addlinespace", _line(cells)]
    return [*lines, r"\bottomrule", r"\end{tabular}}"]


def _head(columns: Sequence[Column]) -> list[str]:
    """One line of headings, and one above it that joins ours and theirs where there are both."""
    labels = [escape(f"{column.label} {column.arrow}") for column in columns]
    if not any(column.reported for column in columns):
        return [_line(["Method", "Runs", *labels])]
    above, rules, head = ["", ""], [], ["Method", "Runs"]
    for column, label in zip(columns, labels, strict=True):
        width = 2 if column.reported else 1
        above.append(rf"\multicolumn{{{width}}}{{c}}{{{label}}}")
        rules.append(rf"\cmidrule(lr){{{len(head) + 1}-{len(head) + width}}}")
        head += ["ours", escape(column.reported)] if column.reported else ["ours"]
    return [_line(above), "".join(rules), _line(head)]


def _ours(entry: Entry) -> str:
    remark = rf"\textit{{{escape(entry.remark)}}}" if entry.remark else ""
    if entry.printed is None:
        return remark
    options = "[mode = text, detect-weight]" if entry.best else ""
    number = _number(entry.printed, options)
    shown = (rf"{{\bfseries {number}}}" if entry.best else number) + _raised(entry.own_mark)
    return shown + (f" {remark}" if remark else "")


def _interval(printed: Printed | None) -> str:
    if printed is None or not printed.low:
        return ""
    return rf"{{\scriptsize [\num{{{printed.low}}}, \num{{{printed.high}}}]}}"


def _number(printed: Printed, options: str = "") -> str:
    mean = rf"\num{options}{{{printed.mean}}}"
    return rf"{mean}\,$\pm$\,\num{options}{{{printed.error}}}" if printed.error else mean


def _raised(marks: str) -> str:
    return rf"\textsuperscript{{{escape(marks)}}}" if marks else ""


def _line(cells: list[str]) -> str:
    return " & ".join(cells) + r" \\"
