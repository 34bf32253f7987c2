"""PacGAN, Figure 2: two generators at the same total variation, their mode-collapse regions, and what packing sees."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ganpipe.reporting.figures import theme
from ganpipe.theory.mode_collapse import TOY_GENERATORS, TOY_TARGET, StepDensity, atoms, region_boundary
from ganpipe.theory.total_variation import packed_total_variation

PACKING = range(1, 6)
LABELS = {"P": "$P$", "Q1": "$Q_1$", "Q2": "$Q_2$"}
COLOURS = {"P": theme.INK, "Q1": theme.PALETTE[1], "Q2": theme.PALETTE[0]}


def numbers() -> pd.DataFrame:
    """Columns part, distribution, x, y: a density over x, corners (epsilon, delta) of a region, or d_TV over m."""
    rows: list[tuple[str, str, float, float]] = []
    for name, density in {"P": TOY_TARGET, **TOY_GENERATORS}.items():
        rows += [("density", name, x, y) for x, y in _outline(density)]
    for name, density in TOY_GENERATORS.items():
        p, q = atoms(TOY_TARGET, density)
        rows += [("region", name, epsilon, delta) for epsilon, delta in region_boundary(p, q)]
        rows += [("packing", name, m, float(packed_total_variation(p, q, m))) for m in PACKING]
    return pd.DataFrame(rows, columns=["part", "distribution", "x", "y"])


def draw(numbers: pd.DataFrame) -> Figure:
    """Four panels: densities, a region for each generator, total variation over the degree of packing."""
    parts = dict(list(numbers.groupby(["part", "distribution"], sort=False)))
    figure = Figure(figsize=(8.0, 8.2), layout="constrained")
    (density, packing), regions = figure.subplots(2, 2)
    for name, label in LABELS.items():
        outline = parts["density", name]
        style = {"linestyle": (0, (4, 2))} if name == "P" else {}
        density.plot(outline["x"], outline["y"], color=COLOURS[name], linewidth=2, label=label, **style)
    density.set(xlabel="Sample $x$", ylabel="Density", xlim=(-0.05, 1.05), ylim=(0, 1.85), title="Distributions")
    density.legend(ncols=3, loc="upper left")
    for name in TOY_GENERATORS:
        curve = parts["packing", name]
        packing.plot(curve["x"], curve["y"], color=COLOURS[name], linewidth=2, marker="o", label=LABELS[name])
    packing.set(xlabel="Degree of packing $m$", ylabel=r"$d_{\mathrm{TV}}(P^m, Q^m)$", ylim=(0, 0.75))
    packing.set_title("Total variation under packing")
    packing.xaxis.set_major_locator(MaxNLocator(integer=True))
    packing.grid(True, axis="y")
    packing.legend(loc="upper left")
    for axes, name in zip(regions, TOY_GENERATORS, strict=True):
        _region(axes, name, parts["region", name])
    for axes in figure.axes:
        axes.set_box_aspect(1)
    return figure


def _region(axes: Axes, name: str, corners: pd.DataFrame) -> None:
    epsilon, delta = corners["x"].to_numpy(), corners["y"].to_numpy()
    axes.fill(epsilon, delta, color=theme.SOFT, alpha=0.25, linewidth=0)
    axes.plot(epsilon, delta, color=COLOURS[name], linewidth=2, clip_on=False, zorder=4)
    axes.plot([0, 1], [0, 1], color=theme.SOFT, linewidth=1, linestyle=(0, (4, 3)))
    x, y = epsilon[1], delta[1]
    axes.plot(x, y, "o", color=COLOURS[name], markersize=7, clip_on=False, zorder=5)
    leader = {"arrowstyle": "-", "color": theme.SOFT, "shrinkB": 5}
    axes.annotate(rf"$(\varepsilon, \delta) = ({x:g}, {y:g})$", (x, y), (0.06, 0.76), arrowprops=leader)
    axes.set(xlabel=r"$\varepsilon$", ylabel=r"$\delta$", xlim=(0, 1), ylim=(0, 1))
    axes.set_title(f"Mode-collapse region of $P$ and {LABELS[name]}")


def _outline(density: StepDensity) -> list[tuple[float, float]]:
    """The corners of a step density, down to zero at both ends."""
    edges = np.repeat(density.edges, 2)
    heights = np.concatenate([[0.0], np.repeat(density.heights, 2), [0.0]])
    return [(float(x), float(y)) for x, y in zip(edges, heights, strict=True)]
