"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ganpipe.errors import GanpipeError
from ganpipe.training.device import DeviceChoice

Results = Annotated[Path, typer.Option(help="Folder of all results.")]
Config = Annotated[Path, typer.Option(help="Folder of the configuration.")]
Device = Annotated[DeviceChoice, typer.Option(help="auto, cpu or cuda; auto takes a GPU where there is one.")]
RunsPerGpu = Annotated[int, typer.Option(min=1, help="Jobs that share a GPU of a workstation.")]
Threads = Annotated[int, typer.Option(min=1, max=1024, help="CPU threads; more than one rarely pays.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]

RESULTS = Path("results")
CONFIG = Path("config")


def require_same(kind: str, planned_id: str, found_id: str) -> None:
    """Refuse a plan that another version of the package made, in which this identity was computed differently.

    Raises:
        GanpipeError: the identities differ.
    """
    if planned_id != found_id:
        raise GanpipeError(
            f"{kind} {planned_id}: was planned by another version of ganpipe (now {found_id}); plan again"
        )
