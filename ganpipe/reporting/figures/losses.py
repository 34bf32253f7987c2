"""The players' losses over training, one panel a variant and one thin line a seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ganpipe.layout import HISTORY, run_folder
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import grid, theme
from ganpipe.reporting.figures.panels import fit_to_losses
from ganpipe.training.history import PREFIX, LossCurves, read_history


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """Small multiples: what losses look like when a method settles, oscillates or diverges.

    A run that diverged leaves its panel, which is scaled to the others.
    """
    blocks, omitted = grid.blocks(experiment)
    histories = {
        run.run_id: read_history(run_folder(results, run.run_id) / HISTORY)
        for variants in blocks.values()
        for runs in variants.values()
        for run in runs
    }
    diverged = set(metrics.loc[metrics["status"] == "diverged", "run_id"])
    players = dict.fromkeys(name for history in histories.values() for name in history if name != "step")
    colours = dict(zip(players, theme.PALETTE, strict=False))
    figure, places = grid.panels(
        experiment,
        "training losses",
        " · ".join(filter(None, ["one thin line a seed", omitted])),
        {dataset: len(variants) for dataset, variants in blocks.items()},
        size=(3.0, 2.3),
    )
    for dataset, variants in blocks.items():
        for axes, (variant, runs) in zip(places[dataset], variants.items(), strict=True):
            _panel(axes, [histories[run.run_id] for run in runs], colours)
            steady = [histories[run.run_id] for run in runs if run.run_id not in diverged]
            fit_to_losses(axes, steady or [histories[run.run_id] for run in runs], colours)
            theme.panel_title(axes, variant, block=dataset if axes is places[dataset][0] else "")
    figure.supxlabel("Training step", fontsize=11)
    figure.supylabel("Loss", fontsize=11)
    handles = [
        Line2D([], [], color=colour, linewidth=2, label=player.removeprefix(PREFIX).replace("_", " "))
        for player, colour in colours.items()
    ]
    theme.bottom_legend(figure, handles, columns=6)
    return figure


def _panel(axes: Axes, runs: Sequence[LossCurves], colours: dict[str, str]) -> None:
    for history in runs:
        for player, colour in colours.items():
            if player in history:
                axes.plot(history["step"], history[player], color=colour, linewidth=0.8, alpha=0.55)
    axes.grid(True, axis="y")
    axes.yaxis.set_major_locator(theme.few_ticks())
    theme.step_axis(axes)
    axes.set_xlabel("")
