"""The losses of all variants against each other: one panel a player, one line a variant.

For variants whose losses are the same quantity, such as the levels of one hyper-parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ganpipe.layout import HISTORY, run_folder
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import theme
from ganpipe.reporting.figures.panels import fit_to_losses
from ganpipe.training.history import PREFIX, LossCurves, read_history


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """One row of panels a dataset. A run that diverged counts as far as it came, and does not scale the panel."""
    histories = {run.run_id: read_history(run_folder(results, run.run_id) / HISTORY) for run in experiment.rows}
    diverged = set(metrics.loc[metrics["status"] == "diverged", "run_id"])
    players = list(dict.fromkeys(name for history in histories.values() for name in history if name != "step"))
    colours = theme.colouring(experiment)
    handles = [Line2D([], [], color=colour, linewidth=2, label=name) for name, colour in colours.legend.items()]
    details = "mean of the seeds that came so far, band from the lowest to the highest"
    height = 2.9 * len(experiment.datasets) + 0.25 * np.ceil(len(handles) / 4)
    figure = theme.canvas(experiment, "losses by player", details, max(7.5, 4.2 * len(players)), height)
    panels = figure.subplots(len(experiment.datasets), len(players), squeeze=False)
    for row, dataset in zip(panels, experiment.datasets, strict=True):
        for axes, player in zip(row, players, strict=True):
            framed = []
            for variant, colour in colours.variants.items():
                runs = [run.run_id for run in experiment.cells.get((dataset, variant), [])]
                _line(axes, [histories[run_id] for run_id in runs], player, colour)
                framed += [histories[run_id] for run_id in runs if run_id not in diverged]
            fit_to_losses(axes, framed, [player])
            axes.grid(True, axis="y")
            axes.yaxis.set_major_locator(theme.few_ticks())
            theme.step_axis(axes)
            axes.set_ylabel(f"Loss of the {player.removeprefix(PREFIX).replace('_', ' ')}")
        row[0].set_title(dataset)
    theme.bottom_legend(figure, handles, columns=4)
    return figure


def _line(axes: Axes, runs: Sequence[LossCurves], player: str, colour: str) -> None:
    """The mean of some runs at each step, over those that came so far."""
    known = [pd.Series(history[player], index=history["step"]) for history in runs if player in history]
    if not known:
        return
    losses_at = pd.concat(known, axis=1).sort_index()
    low, mean, high = losses_at.min(axis=1), losses_at.mean(axis=1), losses_at.max(axis=1)
    axes.fill_between(losses_at.index, low, high, color=colour, alpha=0.16, linewidth=0)
    axes.plot(losses_at.index, mean, color=colour, linewidth=1.6)
