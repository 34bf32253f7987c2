"""Real data sent through the encoders, against the standard Gaussian, and the way back: which latents make which mode.

One run stands for each variant: that of the lowest seed, at its last snapshot, whatever it looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import hsv_to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import NDArray

from ganpipe.data.mixtures import Mixture
from ganpipe.evaluation.protocols.mixture import high_quality_modes
from ganpipe.randomness import Purpose, generator
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import grid, theme
from ganpipe.reporting.figures.runs import open_lowest_seeds, real_samples, remark

if TYPE_CHECKING:
    from ganpipe.training.run import FinishedRun

POINTS = 2000
"""Real samples, and latents, a panel."""
FRAME = 4.0
"""Latents are shown in a square of this half width."""
WITHIN = (0.5, 0.95)
"""Shares of N(0, I) that the circles hold."""
NO_MODE = "#c9ced6"
SIDE_BY_SIDE = 3
"""Panels of a variant on a mixture."""


@dataclass(frozen=True)
class View:
    """What is shown of one run.

    Attributes:
        encodings: of real samples, [n, latent_dim]; None for a run without an encoder.
        modes: of these samples, [n]; None where the modes of a dataset are not known exactly.
        latents: drawn from the prior, [n, latent_dim].
        made: the mode of what the generator makes of each, [n], -1 for low quality; None as for ``modes``.
        mode_count: of the dataset.
    """

    encodings: NDArray[np.float32] | None
    modes: NDArray[np.int64] | None
    latents: NDArray[np.float32]
    made: NDArray[np.int64] | None
    mode_count: int


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """A block of panels a dataset: on mixtures a row of three a variant, elsewhere one panel of encodings a variant."""
    blocks, omitted = grid.blocks(experiment)
    runs = open_lowest_seeds(blocks, results)
    wide = {dataset: _is_mixture(next(iter(opened.values()))) for dataset, opened in runs.items()}
    left = "inverses of real data over circles that hold 50 and 95 % of N(0, I)"
    details = (
        f"left: {left}; middle: latents in the colour of the mode that they make, grey for none; right: shares of modes"
        if any(wide.values())
        else left
    )
    figure, places = grid.panels(
        experiment,
        "inverses of real data",
        " · ".join(filter(None, ["run of the lowest seed, last snapshot, not selected", omitted, details])),
        {dataset: len(opened) * (SIDE_BY_SIDE if wide[dataset] else 1) for dataset, opened in runs.items()},
        size=(2.5, 2.85),
        columns=SIDE_BY_SIDE if any(wide.values()) else None,
    )
    for dataset, opened in runs.items():
        panels = iter(places[dataset])
        for place, (variant, run) in enumerate(opened.items()):
            seen = view(run, results) if run.steps else None
            axes = next(panels)
            theme.panel_title(axes, variant + remark(run, seen), block="" if place else dataset)
            _encodings(axes, seen)
            if wide[dataset]:
                for draw_panel, name in ((_latents, "latents"), (_shares, "share of all samples")):
                    axes = next(panels)
                    draw_panel(axes, seen)
                    theme.panel_title(axes, "" if place else name)
    return figure


def view(run: FinishedRun, results: Path) -> View:
    """Look at the last snapshot of a run."""
    import torch

    from ganpipe.training.encodings import encodings

    step, dataset = run.steps[-1], run.spec.dataset
    real = real_samples(run, results, POINTS)
    encoded = None if real is None else encodings(run, step, torch.from_numpy(real))
    sampler = run.sampler(step, torch.device("cpu"))
    # The sampler draws its latents first, so these are those of its samples.
    latents = sampler.prior.latents(generator(run.spec.seed, Purpose.EVALUATION), POINTS).numpy()
    modes = made = None
    if isinstance(dataset, Mixture) and real is not None:
        points = sampler.sample(generator(run.spec.seed, Purpose.EVALUATION), POINTS).numpy()
        centres = dataset.centres()
        modes = high_quality_modes(real, centres, np.inf)
        made = high_quality_modes(points, centres, dataset.sigma)
    return View(None if encoded is None else encoded.numpy(), modes, latents, made, dataset.mode_count)


def moments_text(encodings: NDArray[np.float32]) -> str:
    """How far mean and covariance of encodings [n, latent_dim] are from N(0, I); in the plane also what they are."""
    mean, covariance = encodings.mean(axis=0), np.atleast_2d(np.cov(encodings, rowvar=False))
    distances = f"‖μ‖ {np.linalg.norm(mean):.2f} · ‖Σ - I‖ {np.linalg.norm(covariance - np.eye(len(mean))):.2f}"
    if len(mean) != 2:
        return distances
    first, second = np.sqrt(np.diag(covariance))
    correlation = covariance[0, 1] / max(first * second, 1e-12)
    return f"{distances}\nstd {first:.2f}, {second:.2f} · correlation {correlation:.2f}"


def _is_mixture(run: FinishedRun) -> bool:
    return isinstance(run.spec.dataset, Mixture)


def _encodings(axes: Axes, seen: View | None) -> None:
    if seen is None or seen.encodings is None:
        _nothing(axes, "no snapshot" if seen is None else "no encoder")
        return
    colours = None if seen.modes is None else _colours(seen.modes)
    _plane(axes, seen.encodings, colours, size=9)
    outside = (np.abs(seen.encodings[:, :2]) > FRAME).any(axis=1).mean()
    remark = f"\n{100 * outside:.0f} % outside the frame" if outside >= 0.005 else ""
    axes.set_xlabel(moments_text(seen.encodings) + remark, fontsize=9, color=theme.SOFT)


def _latents(axes: Axes, seen: View | None) -> None:
    if seen is None or seen.made is None:
        _nothing(axes, "no snapshot")
    else:
        _plane(axes, seen.latents, _colours(seen.made))


def _shares(axes: Axes, seen: View | None) -> None:
    """Percent of the samples that each mode gets, beside the even share."""
    if seen is None or seen.made is None:
        _nothing(axes, "no snapshot")
        return
    shares = 100 * np.bincount(seen.made[seen.made >= 0], minlength=seen.mode_count) / len(seen.made)
    axes.bar(range(len(shares)), shares, color=_colours(np.arange(len(shares))), width=0.85)
    axes.axhline(100 / seen.mode_count, color=theme.SOFT, linestyle=(0, (1, 2)), linewidth=1.4)
    axes.set_xticks([])
    axes.yaxis.set_major_locator(theme.few_ticks())
    axes.yaxis.set_major_formatter("{x:g} %")
    axes.set_box_aspect(1)
    axes.set_xlabel(f"{shares.sum():.0f} % of high quality", fontsize=9, color=theme.SOFT)


def _plane(axes: Axes, latents: NDArray[np.float32], colours: NDArray[np.float64] | None, size: float = 4) -> None:
    """The first two coordinates of latents over the standard Gaussian; a single one over its index."""
    for share in WITHIN:
        radius = float(np.sqrt(-2 * np.log1p(-share)))
        axes.add_patch(Circle((0, 0), radius, fill=False, edgecolor="#9aa4b1", linewidth=1))
    across, up = latents[:, 0], latents[:, 1] if latents.shape[1] > 1 else np.zeros(len(latents))
    axes.scatter(
        across, up, s=size, c=theme.INK if colours is None else colours, alpha=0.6, linewidths=0, rasterized=True
    )
    axes.set_xlim(-FRAME, FRAME)
    axes.set_ylim(-FRAME, FRAME)
    axes.set_aspect("equal")
    _frame(axes)


def _nothing(axes: Axes, words: str) -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=theme.WARNING)
    axes.set_box_aspect(1)
    _frame(axes)


def _frame(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color(theme.RULE)


def _colours(modes: NDArray[np.int64]) -> NDArray[np.float64]:
    """One colour a mode, [n, 3]: hues that a step of the golden ratio keeps apart, in two shades; grey for none."""
    index = np.maximum(modes, 0)
    hue, value = 0.618034 * index % 1, np.where(index % 2, 0.62, 0.9)
    colours = hsv_to_rgb(np.stack([hue, np.full_like(hue, 0.8), value], axis=-1))
    grey = np.array([int(NO_MODE[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where((modes < 0)[:, None], grey, colours)
