"""Judged claims as GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ganpipe.reporting.claims.notes import notes
from ganpipe.reporting.claims.view import Section, ShownClaim, ShownRow
from ganpipe.reporting.renderers.markdown import escape


def render(title: str, sections: Sequence[Section]) -> str:
    """A whole document with one chapter an experiment."""
    blocks = [f"# {escape(title)}", _contents(sections)]
    for section in sections:
        blocks += _section(section)
    blocks.append("\n".join(f"- {escape(note)}" for note in notes(section.experiment for section in sections)))
    return "\n\n".join(blocks) + "\n"


def _contents(sections: Sequence[Section]) -> str:
    rows = [
        [escape(section.experiment.title), _statement(claim), claim.where, f"**{escape(claim.verdict)}**"]
        for section in sections
        for claim in section.claims
    ]
    return _table(["Experiment", "Claim", "Where", "Verdict"], rows, text=4)


def _section(section: Section) -> Iterator[str]:
    yield f"## {escape(section.experiment.title)}"
    yield "\n".join(f"- **{term}:** {escape(text)}" for term, text in section.facts)
    if section.experiment.notes:
        yield "\n".join(f"- {escape(note)}" for note in section.experiment.notes)
    for place, claim in enumerate(section.claims, 1):
        yield f"### Claim {place}: {escape(claim.verdict)}"
        yield f"> {_statement(claim)} ({escape(claim.where)})"
        yield escape(claim.meaning)
        if claim.comparisons:
            yield _comparisons(claim)
    if section.agreements:
        rows = [
            [escape(text) for text in (each.dataset, each.metric, each.tau, each.rows, each.left_out)]
            for each in section.agreements
        ]
        yield "### Rank agreement"
        yield _table(["Dataset", "Metric", "Kendall's tau", "Rows, best of the paper first", "Left out"], rows, text=5)
    if section.rows:
        yield "### Runs"
        yield _table(
            ["Row", "Dataset", "Metric", "Runs (seed: value, run, commit)"],
            [_runs(row) for row in section.rows],
            text=4,
        )
        yield "`ganpipe show RUN` prints the specification of a run."


def _statement(claim: ShownClaim) -> str:
    return f"“{escape(claim.text)}”" if claim.quoted else f"{escape(claim.text)} (our words)"


def _comparisons(claim: ShownClaim) -> str:
    head = ["Comparison", "Means", "Difference", "Superiority", "p", "Holm's p", "Smallest p", "Shown"]
    rows = [
        [
            f"{escape(each.pair)} ({each.first}, {each.second})",
            *(escape(str(shown)) for shown in (each.means, each.difference, each.superiority)),
            *(escape(text) for text in (each.p, each.adjusted_p, each.smallest_p, each.shown)),
        ]
        for each in claim.comparisons
    ]
    return _table(head, rows, text=1)


def _runs(row: ShownRow) -> list[str]:
    runs = (f"{run.seed}: {value}, `{run.run_id}`, {run.commit or 'unknown'}" for run, value in row.runs)
    return [f"{row.number} {escape(row.label)}", escape(row.dataset), escape(row.metric), "<br>".join(runs)]


def _table(head: list[str], rows: list[list[str]], text: int) -> str:
    """A pipe table whose first ``text`` columns are text and the others numbers."""
    rule = [":--"] * text + ["--:"] * (len(head) - text)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *rows])
