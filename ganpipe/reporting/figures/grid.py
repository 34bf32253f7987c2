"""Small multiples: a block of panels a dataset, a panel a variant, for figures that look at single runs."""

from __future__ import annotations

from math import ceil

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganpipe.reporting.experiment import Experiment, PlannedRun
from ganpipe.reporting.figures import theme

MOST = 24
"""Panels a dataset. Beyond it nobody looks, and the figure says that it stops."""

HEADING = 0.3
"""Of a block, in inches."""


def blocks(experiment: Experiment) -> tuple[dict[str, dict[str, list[PlannedRun]]], str]:
    """The first cells of each dataset, and a sentence about those left out (empty when there are none).

    Returns:
        dataset -> variant -> its runs in the order of their seeds.
    """
    found: dict[str, dict[str, list[PlannedRun]]] = {dataset: {} for dataset in experiment.datasets}
    for (dataset, variant), runs in experiment.cells.items():
        found[dataset][variant] = runs
    found = {dataset: variants for dataset, variants in found.items() if variants}
    total = max(len(variants) for variants in found.values())
    omitted = f"the first {MOST} of {total} variants" if total > MOST else ""
    return {dataset: dict(list(variants.items())[:MOST]) for dataset, variants in found.items()}, omitted


def panels(
    experiment: Experiment,
    subject: str,
    details: str,
    counts: dict[str, int],
    size: tuple[float, float],
    columns: int | None = None,
) -> tuple[Figure, dict[str, list[Axes]]]:
    """A figure with one block of ``counts[dataset]`` panels a dataset, of ``size`` inches each.

    Args:
        columns: panels beside each other; by default as many as leave few places empty.

    Returns:
        The figure and the axes of each dataset, in reading order.
    """
    columns = columns or _columns(max(counts.values()))
    rows = {dataset: ceil(count / columns) for dataset, count in counts.items()}
    height = sum(size[1] * count + HEADING for count in rows.values())
    figure = theme.canvas(experiment, subject, details, size[0] * columns, height + 0.3)
    places = figure.add_gridspec(len(counts), 1, height_ratios=[size[1] * n + HEADING for n in rows.values()])
    axes: dict[str, list[Axes]] = {}
    for index, (dataset, count) in enumerate(counts.items()):
        inner = places[index].subgridspec(rows[dataset], columns)
        axes[dataset] = [figure.add_subplot(inner[place // columns, place % columns]) for place in range(count)]
    return figure, axes


def _columns(count: int) -> int:
    """Three or four columns, whichever leaves fewer places empty; one row for up to four panels."""
    return count if count <= 4 else min((4, 3), key=lambda columns: -count % columns)
