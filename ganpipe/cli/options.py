"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json
from ganpipe.plan.index import spec_path

Results = Annotated[Path, typer.Option(help="Folder of all results.")]
Config = Annotated[Path, typer.Option(help="Folder of the configuration.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda; auto takes a GPU where there is one.")]
Threads = Annotated[int, typer.Option(min=1, help="CPU threads; more than one rarely pays.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]

RESULTS = Path("results")
CONFIG = Path("config")


def planned(results: Path, kind: str, name: str) -> dict[str, Any]:
    """The specification that the planner wrote for a dataset, classifier, run or evaluation.

    Raises:
        GanpipeError: it is in no plan of this folder.
    """
    path = spec_path(results, kind, name)
    if not path.is_file():
        raise GanpipeError(f"{path}: no such {kind[:-1]}; `ganpipe plan` writes what the configuration asks for")
    content: dict[str, Any] = read_json(path)
    return content
