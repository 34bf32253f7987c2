"""What more than one kind of figure has in its panels: samples, and losses in a frame that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from ganpipe.reporting.figures import theme
from ganpipe.training.history import LossCurves
from ganpipe.training.picture import image_grid


def show_samples(axes: Axes, samples: NDArray[np.float32] | None, target: Any, colour: str) -> None:
    """Fill a panel with pictures, or with points over the modes of ``target``; with a word where there is nothing."""
    axes.set_xticks([])
    axes.set_yticks([])
    if samples is None:
        axes.text(0.5, 0.5, "no snapshot", transform=axes.transAxes, ha="center", va="center", color=theme.WARNING)
        axes.set_box_aspect(1)
    elif samples.ndim == 4:
        axes.imshow(image_grid(samples, target.value_range or (0.0, 1.0), gap=1), interpolation="nearest")
        axes.spines[:].set_visible(False)
    else:
        _plane(axes, samples, target, colour)


def fit_to_losses(axes: Axes, runs: Sequence[LossCurves], players: Iterable[str]) -> None:
    """Fit the panel to all but the outermost hundredth of what these runs lost."""
    drawn = np.concatenate([np.zeros(0), *(run[player] for run in runs for player in players if player in run)])
    finite = drawn[np.isfinite(drawn)]
    if finite.size:
        low, high = np.quantile(finite, [0.01, 0.99])
        room = 0.15 * max(high - low, 1e-3)
        axes.set_ylim(low - room, high + room)


def _plane(axes: Axes, points: NDArray[np.float32], target: Any, colour: str) -> None:
    """Points over the centres of the target's modes, in a frame that is the same for every panel."""
    centres = target.centres()
    low, high = centres.min(axis=0), centres.max(axis=0)
    room = 0.22 * (high - low).max()
    axes.plot(*centres.T, "o", markersize=9, markerfacecolor="none", markeredgecolor="#9aa4b1", markeredgewidth=1)
    axes.scatter(points[:, 0], points[:, 1], s=3, color=colour, alpha=0.45, linewidths=0, rasterized=True, zorder=3)
    axes.set_xlim(low[0] - room, high[0] + room)
    axes.set_ylim(low[1] - room, high[1] + room)
    axes.set_aspect("equal")
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(theme.RULE)
    inside = ((points >= low - room) & (points <= high + room)).all(axis=1)
    if (missing := 1 - inside.mean()) >= 0.005:
        axes.set_xlabel(f"{100 * missing:.0f} % outside the frame", fontsize=9, color=theme.SOFT)
