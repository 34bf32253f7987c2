"""The figures of the theory, one module each: ``numbers()`` computes what ``draw(numbers)`` shows."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.files import replacing
from ganpipe.reporting.figures import save, theme
from ganpipe.reporting.figures.theory import (
    bgan_proposition1,
    pacgan_figure2,
    pacgan_figure3,
    presgan_table6,
    setgan_gradients,
)
from ganpipe.theory.catalogue import FIGURES


class Drawing(Protocol):
    """What each module of this folder is."""

    def numbers(self) -> pd.DataFrame:
        """Everything that is drawn."""
        ...

    def draw(self, numbers: pd.DataFrame) -> Figure:
        """The figure, without its heading."""
        ...


DRAWINGS: dict[str, Drawing] = {
    "pacgan_figure2": pacgan_figure2,
    "pacgan_figure3": pacgan_figure3,
    "bgan_proposition1": bgan_proposition1,
    "setgan_gradients": setgan_gradients,
    "presgan_table6": presgan_table6,
}


def write(name: str, folder: Path) -> list[Path]:
    """Write ``<name>.csv``, every number that is drawn, and from it ``<name>.svg`` and ``<name>.png``.

    Returns:
        The three files.

    Raises:
        GanpipeError: there is no such figure.
    """
    if name not in DRAWINGS:
        raise GanpipeError(f"{name}: no figure of the theory{suggestion(name, DRAWINGS)}")
    numbers = DRAWINGS[name].numbers()
    table = folder / f"{name}.csv"
    with replacing(table) as temporary:
        numbers.to_csv(temporary, index=False, float_format="%.10g")
    save(draw(name, numbers), folder / name)
    return [table, folder / f"{name}.svg", folder / f"{name}.png"]


def draw(name: str, numbers: pd.DataFrame) -> Figure:
    """Draw one figure under its heading."""
    about = FIGURES[name]
    with mpl.rc_context(theme.STYLE):
        figure = DRAWINGS[name].draw(numbers)
        heading = f"{about.paper}, {about.item}: {about.title}"
        engine = figure.get_layout_engine()
        assert isinstance(engine, ConstrainedLayoutEngine)
        engine.set(w_pad=0.1, h_pad=0.12)
        figure.suptitle(heading, x=0.01, ha="left", fontsize=14, fontweight="bold")
    return figure
