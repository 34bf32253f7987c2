"""SetGAN, section 2.1: the gradient of a perfect discriminator near a training sample, computed and simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ganpipe.reporting.figures import theme
from ganpipe.theory.set_gradient import (
    collapsed_gradient_approximation,
    mixture_gradient,
    simulate_gradient,
)

SET_SIZES = (1, 2, 5)
COLOURS = dict(zip(SET_SIZES, theme.PALETTE, strict=False))
SETS, SEED = 20_000, 0
DASHED = (0, (3, 2))
LIMITS = (1e-4, 40)
"""Of the panels with an uncollapsed part, where equation 8 falls as alpha^5 and would leave no room for the rest."""


@dataclass(frozen=True)
class Panel:
    """What one panel varies, and what stands still in it."""

    title: str
    label: str
    places: tuple[float, ...]
    simulated: tuple[float, ...]
    alpha: float = 0.1
    epsilon: float = 0.01
    dimension: int = 64


DECADES = tuple(float(value) for value in np.geomspace(0.001, 1, 46))
HALF_DECADES = tuple(float(value) for value in np.geomspace(0.001, 1, 7))
PANELS = {
    "dimension": Panel(
        "All samples collapsed",
        "Dimension $d$",
        tuple(float(value) for value in np.unique(np.round(np.geomspace(2, 1000, 40)))),
        (3, 10, 30, 100, 300),
        alpha=1.0,
        epsilon=1.0,
    ),
    "alpha": Panel("Onset of mode collapse", r"Probability of a collapsed sample $\alpha$", DECADES, HALF_DECADES),
    "epsilon": Panel("Narrowing of the mode", r"Width of the mode $\epsilon$", DECADES, HALF_DECADES),
}
SYMBOLS = {"dimension": "d", "alpha": r"\alpha", "epsilon": r"\epsilon"}


def numbers() -> pd.DataFrame:
    """Columns panel (what varies), quantity, set_size, alpha, epsilon, dimension, value, standard_error.

    The quantities are exact and simulated (over all sets), and approximation (equation 6 or 8). Where alpha is 1, the
    exact one is equation 7.
    """
    rows: list[dict[str, Any]] = []
    for name, panel in PANELS.items():
        for k in SET_SIZES:
            for place in panel.places:
                at = _at(panel, name, place)
                values = {
                    "exact": mixture_gradient(**at, set_size=k),
                    "approximation": float(collapsed_gradient_approximation(**at, set_size=k)),
                }
                rows += [
                    {"panel": name, "quantity": quantity, "set_size": k, **at, "value": value}
                    for quantity, value in values.items()
                ]
            for place in panel.simulated:
                at = _at(panel, name, place)
                drawn = simulate_gradient(**at, set_size=k, sets=SETS, seed=SEED).mixture
                found = {"value": drawn.mean, "standard_error": drawn.standard_error}
                rows.append({"panel": name, "quantity": "simulated", "set_size": k, **at, **found})
    return pd.DataFrame(rows)


def _at(panel: Panel, name: str, place: float) -> dict[str, Any]:
    settings = {"alpha": panel.alpha, "epsilon": panel.epsilon, "dimension": panel.dimension} | {name: place}
    return {**settings, "dimension": int(settings["dimension"])}


def draw(numbers: pd.DataFrame) -> Figure:
    """Three panels, over the dimension, over alpha and over epsilon; dots are simulations."""
    figure = Figure(figsize=(11.4, 5.0), layout="constrained")
    for name, axes in zip(PANELS, figure.subplots(1, len(PANELS)), strict=True):
        _panel(axes, name, numbers[numbers["panel"] == name])
    theme.bottom_legend(figure, _legend(), columns=6)
    return figure


def _panel(axes: Axes, name: str, rows: pd.DataFrame) -> None:
    panel = PANELS[name]
    dots: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 5.5, "markeredgecolor": "white"}
    for k, colour in COLOURS.items():
        curves = dict(list(rows[rows["set_size"] == k].groupby("quantity")))
        for quantity, curve in curves.items():
            line = {"linestyle": DASHED if quantity == "approximation" else "-", "linewidth": 1.8}
            axes.plot(curve[name], curve["value"], color=colour, **(dots if quantity == "simulated" else line))
    fixed = {symbol: getattr(panel, key) for key, symbol in SYMBOLS.items() if key != name}
    said = ", ".join(f"${symbol} = {value:g}$" for symbol, value in fixed.items())
    axes.set_title(panel.title, pad=26)
    axes.annotate(said, (0, 1), (0, 9), "axes fraction", "offset points", color=theme.SOFT)
    axes.set(xlabel=panel.label, ylabel=r"Expected gradient $\mathrm{E}[\Delta_D]$", xscale="log", yscale="log")
    axes.grid(True)
    if name != "dimension":
        axes.set_ylim(LIMITS)


def _legend() -> list[Line2D]:
    sets = [Line2D([], [], color=colour, linewidth=2, label=f"$k = {k}$") for k, colour in COLOURS.items()]
    return [
        *sets,
        Line2D([], [], color=theme.INK, linewidth=1.8, label="all sets, exact"),
        Line2D([], [], color=theme.INK, linewidth=1.8, linestyle=DASHED, label="equations 6 and 8"),
        Line2D([], [], color=theme.INK, linestyle="", marker="o", markersize=5.5, label="all sets, simulated"),
    ]
