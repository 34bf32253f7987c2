"""The four forms of a table: one module each, all from the same model (``ganpipe.reporting.table``)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ganpipe.files import write_text
from ganpipe.reporting.renderers import csv, html, latex, markdown
from ganpipe.reporting.table import Table

RENDERERS: dict[str, Callable[[Table], str]] = {
    "md": markdown.render,
    "csv": csv.render,
    "tex": latex.render,
    "html": html.render,
}


def write_table(table: Table, folder: Path) -> None:
    """Write ``table.md``, ``table.csv``, ``table.tex`` and ``table.html`` into ``folder``."""
    for suffix, render in RENDERERS.items():
        write_text(folder / f"table.{suffix}", render(table))
