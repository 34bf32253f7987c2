"""The figures of an experiment: one module a kind. Importing this imports matplotlib and seaborn.

What kinds share is in ``theme`` (how all look), ``grid`` (a panel a variant), ``panels`` (what fills one), ``runs``
(what they look into) and ``request`` (what is asked for).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from ganpipe.files import replacing
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import (
    comparison,
    cost,
    curves,
    evolution,
    heatmap,
    inverses,
    lines,
    losses,
    marginals,
    pairs,
    players,
    samples,
    sensitivity,
    theme,
)

Draw = Callable[[FigureRequest, Experiment, pd.DataFrame, Path], Figure]

DRAW: dict[str, Draw] = {
    "comparison": comparison.draw,
    "samples": samples.draw,
    "inverses": inverses.draw,
    "curves": curves.draw,
    "evolution": evolution.draw,
    "losses": losses.draw,
    "players": players.draw,
    "heatmap": heatmap.draw,
    "marginals": marginals.draw,
    "pairs": pairs.draw,
    "cost": cost.draw,
    "sensitivity": sensitivity.draw,
    "lines": lines.draw,
}

NUMBERS: dict[str, Callable[[FigureRequest, Experiment, pd.DataFrame], str]] = {"sensitivity": sensitivity.numbers}
"""What a figure shows, as CSV, for those that come with numbers."""

DPI = 160


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """Draw one figure.

    Args:
        metrics: as ``aggregate.read_metrics`` returns it.
        results: the folder of all results, for figures that look into runs.

    Raises:
        GanpipeError: something that it needs is missing.
    """
    with mpl.rc_context(theme.STYLE):
        return DRAW[request.kind](request, experiment, metrics, results)


def save(figure: Figure, stem: Path) -> None:
    """Write ``<stem>.svg`` and ``<stem>.png``; equal figures give equal bytes."""
    metadata: dict[str, dict[str, None]] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    with mpl.rc_context(theme.STYLE):
        for suffix, empty in metadata.items():
            with replacing(stem.with_name(f"{stem.name}.{suffix}")) as temporary:
                figure.savefig(temporary, dpi=DPI, metadata=empty)
