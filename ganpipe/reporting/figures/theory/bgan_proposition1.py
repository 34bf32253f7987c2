"""Mixed batches, Proposition 1: how the optimal discriminator answers, by batch smoothing and by batch size."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from ganpipe.reporting.figures import theme
from ganpipe.theory.batch_discriminator import optimal_discriminator

BATCH_SIZE, LOG_RATIO = 16, 2.0
"""Left panel: k of 16 samples are e^2 times likelier real than generated, the others as much likelier generated."""
GAMMAS = (0.0, 0.1, 0.3, 0.5)
BATCH_SIZES = (1, 4, 16, 64)
LOG_RATIOS = np.linspace(-1.5, 1.5, 61)
"""Right panel: all samples of a batch have the same log density ratio."""


def numbers() -> pd.DataFrame:
    """Columns panel, gamma, batch_size, log_ratio, real_looking (the share of such samples), discriminator."""
    rows = []
    for gamma in GAMMAS:
        for k in range(BATCH_SIZE + 1):
            ratios = np.where(np.arange(BATCH_SIZE) < k, LOG_RATIO, -LOG_RATIO)
            value = float(optimal_discriminator(ratios, np.zeros(BATCH_SIZE), gamma))
            rows.append(("smoothing", gamma, BATCH_SIZE, LOG_RATIO, k / BATCH_SIZE, value))
    for size in BATCH_SIZES:
        ratios = np.broadcast_to(LOG_RATIOS[:, None], (len(LOG_RATIOS), size))
        values = optimal_discriminator(ratios, np.zeros(size))
        rows += [("size", 0.5, size, at, np.nan, value) for at, value in zip(LOG_RATIOS, values, strict=True)]
    return pd.DataFrame(rows, columns=["panel", "gamma", "batch_size", "log_ratio", "real_looking", "discriminator"])


def draw(numbers: pd.DataFrame) -> Figure:
    """Two panels: over the share of real-looking samples, and over a density ratio that all samples share."""
    figure = Figure(figsize=(9.2, 4.5), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    panels = dict(list(numbers.groupby("panel")))
    left.plot([0, 1], [0, 1], color=theme.SOFT, linewidth=1, linestyle=(0, (4, 3)))
    left.text(
        0.64, 0.6, "the share itself", color=theme.SOFT, fontsize=10, rotation=38, rotation_mode="anchor", va="top"
    )
    for colour, (gamma, curve) in zip(theme.PALETTE, panels["smoothing"].groupby("gamma"), strict=False):
        style = {"color": colour, "linewidth": 2, "marker": "o", "markersize": 4, "label": f"{gamma:g}"}
        left.plot(curve["real_looking"], curve["discriminator"], **style)
    for colour, (size, curve) in zip(theme.PALETTE[4:], panels["size"].groupby("batch_size"), strict=False):
        right.plot(curve["log_ratio"], curve["discriminator"], color=colour, linewidth=2, label=f"{size}")
    left.set_title(f"Batches of {BATCH_SIZE}, partly real")
    left.set_xlabel(f"Share of samples with $\\log\\,p_1/p_2 = {LOG_RATIO:g}$\n(the others have $-{LOG_RATIO:g}$)")
    left.set_ylabel("Optimal discriminator $D^*(y)$")
    left.legend(title=r"Smoothing $\gamma$", loc="upper left", alignment="left")
    right.set_title(r"All samples alike, $\gamma = 0.5$")
    right.set_xlabel("$\\log\\,p_1/p_2$ of every sample")
    right.legend(title="Batch size $B$", loc="upper left", alignment="left")
    for axes in (left, right):
        axes.set_ylim(-0.02, 1.02)
        axes.grid(True)
    return figure
