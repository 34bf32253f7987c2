r"""The claims of one experiment as LaTeX: ``\input`` it in a document with ``\usepackage{booktabs}``."""
# ruff: noqa: RUF001 (a minus sign is the point)

from __future__ import annotations

from ganpipe.reporting.claims.view import Section, ShownClaim
from ganpipe.reporting.renderers.latex import escape, floating, remarks


def render(section: Section) -> str:
    """One floating ``table``: a claim with its verdict, and its comparisons below it."""
    experiment = section.experiment
    facts = " ".join(f"{term}: {text.rstrip('.')}." for term, text in section.facts)
    lines = [
        r"\footnotesize",
        r"\begin{tabular}{p{.5\linewidth}rrr}",
        r"\toprule",
        r"Comparison & Difference & Superiority & Holm's $p$ \\",
    ]
    for claim in section.claims:
        lines += [r"\midrule", *_claim(claim)]
    lines += [r"\bottomrule", r"\end{tabular}"]
    lines += remarks([escape(note) for note in experiment.notes])
    return floating(
        f"{experiment.title}: what is claimed. {facts}", f"{experiment.name}-{experiment.scale}-claims", lines
    )


def _claim(claim: ShownClaim) -> list[str]:
    text = f"``{escape(claim.text)}''" if claim.quoted else escape(claim.text)
    said = rf"{text} ({escape(claim.where)}). {escape(claim.meaning)} \textbf{{{escape(claim.verdict)}}}"
    lines = [rf"\multicolumn{{4}}{{p{{.95\linewidth}}}}{{{said}}} \\[2pt]"]
    for each in claim.comparisons:
        numbers = [str(each.difference), str(each.superiority), each.adjusted_p]
        cells = [rf"\raggedright {escape(each.pair)}", *(escape(number.replace("-", "−")) for number in numbers)]
        lines.append(" & ".join(cells) + r" \\")
    return lines
