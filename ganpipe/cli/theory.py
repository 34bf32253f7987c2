"""Figures of what the papers prove; they need no plan and no results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganpipe.cli.options import RESULTS
from ganpipe.theory.catalogue import FIGURES


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(theory)


def theory(
    figure: Annotated[str, typer.Argument(help=f"One of {', '.join(FIGURES)}.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the files.")] = RESULTS / "theory",
) -> None:
    """Draw a figure of the theory as SVG and PNG, and write its numbers as CSV."""
    from ganpipe.reporting.figures.theory import write

    for path in write(figure, out):
        print(path)
