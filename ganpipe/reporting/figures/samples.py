"""What the generators make: pictures, or points over the target's modes; the real data first.

One run stands for each variant: that of the lowest seed, at its last snapshot, whatever it looks like.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import grid, theme
from ganpipe.reporting.figures.panels import show_samples
from ganpipe.reporting.figures.runs import generated_samples, open_lowest_seeds, real_samples, remark

REAL = "real data"


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """A block of panels a dataset: the real data where they can be had, then one panel a variant."""
    blocks, omitted = grid.blocks(experiment)
    runs = open_lowest_seeds(blocks, results)
    real = {dataset: real_samples(next(iter(opened.values())), results) for dataset, opened in runs.items()}
    figure, places = grid.panels(
        experiment,
        "samples",
        " · ".join(filter(None, ["run of the lowest seed, last snapshot, not selected", omitted])),
        {dataset: len(opened) + (real[dataset] is not None) for dataset, opened in runs.items()},
        size=(2.75, 3.0),
    )
    colours = theme.colouring(experiment).variants
    for dataset, opened in runs.items():
        made = {variant: generated_samples(run) for variant, run in opened.items()}
        shown = [
            (variant + remark(run, made[variant]), made[variant], colours[variant]) for variant, run in opened.items()
        ]
        if (target := real[dataset]) is not None:
            shown.insert(0, (REAL, target, theme.INK))
        spec = next(iter(opened.values())).spec
        for axes, (name, samples, colour) in zip(places[dataset], shown, strict=True):
            show_samples(axes, samples, spec.dataset, colour)
            theme.panel_title(axes, name, block=dataset if axes is places[dataset][0] else "")
    return figure
