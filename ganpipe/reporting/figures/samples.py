"""What the generators make: pictures, or points over the target's modes; the real data first.

One run stands for each variant: that of the lowest seed, at its last snapshot, whatever it looks like.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ganpipe.randomness import Purpose, generator
from ganpipe.reporting.experiment import Experiment, FigureRequest
from ganpipe.reporting.figures import grid, theme

if TYPE_CHECKING:
    from ganpipe.training.run import FinishedRun

SIDE = 8
"""Pictures along each side of a panel, unless they are too large."""
PIXELS = 420
"""Of a panel's side in a PNG: pictures are shown pixel by pixel, or some would be lost."""
POINTS = 1000
"""Samples in the plane a panel."""
REAL = "real data"


def draw(request: FigureRequest, experiment: Experiment, metrics: pd.DataFrame, results: Path) -> Figure:
    """A block of panels a dataset: the real data where they can be had, then one panel a variant."""
    blocks, omitted = grid.blocks(experiment)
    runs = {
        dataset: {variant: open_run(results, cell[0].run_id) for variant, cell in variants.items()}
        for dataset, variants in blocks.items()
    }
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
            show(axes, samples, spec.dataset, colour)
            theme.panel_title(axes, name, block=dataset if axes is places[dataset][0] else "")
    return figure


def remark(run: FinishedRun, samples: NDArray[np.float32] | None) -> str:
    """What must be said behind a variant's name; empty for a run that is here and ended well."""
    if run.status == "diverged":
        return " (diverged)"
    # A run that ended well and has no snapshots here was trained elsewhere.
    return " (restored)" if samples is None else ""


def open_run(results: Path, run_id: str) -> FinishedRun:
    """The finished run of an id; one that is restored has no snapshots. Imported late, because it needs torch."""
    from ganpipe.training.run import FinishedRun

    return FinishedRun.open(results / "runs" / run_id, restored=True)


def generated_samples(run: FinishedRun) -> NDArray[np.float32] | None:
    """The first samples that an evaluation of the last snapshot sees; None for a run without any snapshot."""
    return samples_at(run, run.steps[-1], pictures_along(run.spec.dataset.sample_shape)) if run.steps else None


def pictures_along(sample_shape: tuple[int, ...]) -> int:
    """How many pictures of a shape stand along each side of a panel."""
    return max(1, min(SIDE, PIXELS // (sample_shape[-1] + 1)))


def samples_at(run: FinishedRun, step: int, side: int) -> NDArray[np.float32]:
    """The first samples that an evaluation of one snapshot sees: ``side`` x ``side`` pictures, or points."""
    import torch

    count = side**2 if len(run.spec.dataset.sample_shape) == 3 else POINTS
    sampler = run.sampler(step, torch.device("cpu"))
    return sampler.sample(generator(run.spec.seed, Purpose.EVALUATION), count).numpy()


def real_samples(run: FinishedRun, results: Path, count: int | None = None) -> NDArray[np.float32] | None:
    """Samples of the target: from a mixture itself, or from the prepared dataset; None where it is not here.

    Args:
        count: how many; by default as many as a panel shows.
    """
    import torch

    from ganpipe.data.mixtures import Mixture
    from ganpipe.data.prepare import open_prepared

    dataset = run.spec.dataset
    rng = generator(0, Purpose.EVALUATION)
    if isinstance(dataset, Mixture):
        centres = dataset.centres()
        noise = dataset.sigma * rng.standard_normal((count or POINTS, 2))
        return (centres[rng.integers(len(centres), size=len(noise))] + noise).astype(np.float32)
    folder = results / "datasets" / run.spec.dataset_id
    if len(dataset.sample_shape) != 3 or not folder.is_dir():
        return None
    side = pictures_along(dataset.sample_shape)
    return open_prepared(dataset, folder, "train", torch.device("cpu")).draw(rng, count or side**2).numpy()


def mosaic(images: NDArray[np.float32], value_range: tuple[float, float]) -> NDArray[np.float32]:
    """Pictures in rows, one pixel of white between them.

    Args:
        images: [side * side, channels, height, width]; one channel is shown grey, of more the first three in colour.

    Returns:
        [side * (height + 1) - 1, side * (width + 1) - 1, 3], in 0..1.
    """
    low, high = value_range
    count, channels, height, width = images.shape
    side = round(count**0.5)
    shown = np.clip((images[:, :3] - low) / (high - low), 0, 1)
    if channels < 3:
        shown = np.repeat(shown[:, :1], 3, axis=1)
    framed = np.ones((side, side, height + 1, width + 1, 3), dtype=np.float32)
    framed[:, :, :height, :width] = shown.transpose(0, 2, 3, 1).reshape(side, side, height, width, 3)
    return framed.swapaxes(1, 2).reshape(side * (height + 1), side * (width + 1), 3)[:-1, :-1]


def show(axes: Axes, samples: NDArray[np.float32] | None, target: Any, colour: str) -> None:
    """Fill a panel with pictures, or with points over the modes of ``target``; with a word where there is nothing."""
    axes.set_xticks([])
    axes.set_yticks([])
    if samples is None:
        axes.text(0.5, 0.5, "no snapshot", transform=axes.transAxes, ha="center", va="center", color=theme.WARNING)
        axes.set_box_aspect(1)
    elif samples.ndim == 4:
        axes.imshow(mosaic(samples, target.value_range or (0.0, 1.0)), interpolation="nearest")
        axes.spines[:].set_visible(False)
    else:
        _plane(axes, samples, target, colour)


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
