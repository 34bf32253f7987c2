"""A table as GitHub-flavoured Markdown: the facts above, one pipe table a dataset, the meaning of the marks below."""

from __future__ import annotations

import re

from ganpipe.reporting.table import Entry, Group, Printed, Table


def render(table: Table) -> str:
    """The whole document."""
    experiment = table.experiment
    several = len(table.groups) > 1
    blocks = [f"# {escape(experiment.title)}"]
    if experiment.description:
        blocks.append(escape(experiment.description))
    blocks.append("\n".join(f"- **{term}:** {escape(text)}" for term, text in table.facts))
    for group in table.groups:
        if several:
            blocks.append(f"## {escape(group.dataset)}")
        blocks.append("\n".join(_lines(group)))
    if table.notes:
        blocks.append("\n".join(f"- {escape(note)}" for note in table.notes))
    blocks += [f"{note.mark} {escape(note.text)}".strip() for note in table.footnotes]
    return "\n\n".join(blocks) + "\n"


def _lines(group: Group) -> list[str]:
    head = ["Method", "Runs"]
    for column in group.columns:
        head.append(f"{escape(column.label)} {column.arrow}")
        if column.reported:
            head.append(escape(column.reported))
    lines = [_line(head), _line([":--"] + ["--:"] * (len(head) - 1))]
    for row in group.rows:
        cells = [escape(row.variant), row.runs]
        for column, entry in zip(group.columns, row.entries, strict=True):
            cells.append(_ours(entry))
            if column.reported:
                cells.append(_number(entry.quoted) + (f" {entry.marks}" if entry.marks else "") if entry.quoted else "")
        lines.append(_line(cells))
    if group.has_floors:
        cells = ["*ideal sampler*", ""]
        for column, floor in zip(group.columns, group.floors, strict=True):
            cells += [f"*{floor}*" if floor else ""] + [""] * bool(column.reported)
        lines.append(_line(cells))
    return lines


def _ours(entry: Entry) -> str:
    if entry.printed is None:
        return f"*{entry.remark}*" if entry.remark else ""
    mean = _number(entry.printed)
    parts = [f"**{mean}**" if entry.best else mean]
    if entry.printed.low:
        parts.append(f"[{entry.printed.low}, {entry.printed.high}]")
    if entry.own_mark:
        parts.append(entry.own_mark)
    if entry.remark:
        parts.append(f"({entry.remark})")
    return " ".join(parts)


def _number(printed: Printed) -> str:
    return f"{printed.mean} ± {printed.error}" if printed.error else printed.mean


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def escape(text: str) -> str:
    """``text`` as Markdown that prints it, in a cell of a table too."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)
