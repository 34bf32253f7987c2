"""PacGAN, Figure 3: the range of total variation under packing, with and without mode collapse."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganpipe.reporting.figures import theme
from ganpipe.theory.packing import unconstrained, with_mode_collapse, without_mode_collapse

TAU = 0.11
COLLAPSED, UNCOLLAPSED = (0.0, 0.1), (0.07, 0.1)
"""(epsilon, delta) of the middle and of the right panel."""
PACKING = range(1, 11)

PANELS = {
    "all": "All pairs",
    "with_collapse": "With $({:g}, {:g})$-mode collapse".format(*COLLAPSED),
    "without_collapse": "Without $({:g}, {:g})$-mode collapse\nor augmentation".format(*UNCOLLAPSED),
}
COLOURS = {"all": theme.INK, "with_collapse": theme.PALETTE[1], "without_collapse": theme.PALETTE[0]}


def numbers() -> pd.DataFrame:
    """Columns family, m, lower, upper."""
    rows = []
    for m in PACKING:
        families = {
            "all": unconstrained(TAU, m),
            "with_collapse": with_mode_collapse(TAU, *COLLAPSED, m),
            "without_collapse": without_mode_collapse(TAU, *UNCOLLAPSED, m),
        }
        rows += [(name, m, each.lower.value, each.upper.value) for name, each in families.items()]
    return pd.DataFrame(rows, columns=["family", "m", "lower", "upper"])


def draw(numbers: pd.DataFrame) -> Figure:
    """Three panels on one scale; grey is the range of all pairs."""
    families = dict(list(numbers.groupby("family")))
    figure = Figure(figsize=(10.8, 4.3), layout="constrained")
    panels = figure.subplots(1, len(PANELS), sharey=True)
    for axes, (name, title) in zip(panels, PANELS.items(), strict=True):
        _range(axes, families["all"], theme.SOFT, 0.18, 1.0)
        if name != "all":
            _range(axes, families[name], COLOURS[name], 0.3, 2.0)
        axes.set_title(title)
        axes.set(xlabel="Degree of packing $m$", xlim=(0.7, max(PACKING) + 0.3), ylim=(0, 0.75))
        axes.set_xticks(PACKING)
        axes.grid(True, axis="y")
    panels[0].set_ylabel(rf"$d_{{\mathrm{{TV}}}}(P^m, Q^m)$ given $d_{{\mathrm{{TV}}}}(P, Q) = {TAU:g}$")
    return figure


def _range(axes: Axes, family: pd.DataFrame, colour: str, alpha: float, width: float) -> None:
    axes.fill_between(family["m"], family["lower"], family["upper"], color=colour, alpha=alpha, linewidth=0)
    for end in ("lower", "upper"):
        axes.plot(family["m"], family[end], color=colour, linewidth=width, marker="o", markersize=1 + 1.5 * width)
