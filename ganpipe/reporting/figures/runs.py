"""The finished runs that a figure looks into, and samples of their generators and of what these were to imitate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ganpipe.layout import dataset_folder, run_folder
from ganpipe.randomness import Purpose, generator
from ganpipe.reporting.experiment import PlannedRun

if TYPE_CHECKING:
    from ganpipe.training.run import FinishedRun

SIDE = 8
"""Pictures along each side of a panel, unless they are too large."""
PIXELS = 420
"""Of a panel's side in a PNG: pictures are shown pixel by pixel, or some would be lost."""
POINTS = 1000
"""Samples in the plane a panel."""


def open_run(results: Path, run_id: str) -> FinishedRun:
    """The finished run of an id; one that is restored has no snapshots. Imported late, because it needs torch."""
    from ganpipe.training.run import FinishedRun

    return FinishedRun.open(run_folder(results, run_id), restored=True)


def open_lowest_seeds(
    blocks: Mapping[str, Mapping[str, Sequence[PlannedRun]]], results: Path
) -> dict[str, dict[str, FinishedRun]]:
    """One run of each variant, that of the lowest seed: dataset -> variant -> run.

    Args:
        blocks: as ``grid.blocks`` returns them.
    """
    return {
        dataset: {variant: open_run(results, runs[0].run_id) for variant, runs in variants.items()}
        for dataset, variants in blocks.items()
    }


def remark(run: FinishedRun, shown: object) -> str:
    """What must be said behind a variant's name; empty for a run that is here and ended well.

    Args:
        shown: what its panel shows; None without a snapshot.
    """
    if run.status == "diverged":
        return " (diverged)"
    # A run that ended well and has no snapshots here was trained elsewhere.
    return " (restored)" if shown is None else ""


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
    folder = dataset_folder(results, run.spec.dataset_id)
    if len(dataset.sample_shape) != 3 or not folder.is_dir():
        return None
    side = pictures_along(dataset.sample_shape)
    return open_prepared(dataset, folder, "train", torch.device("cpu")).draw(rng, count or side**2).numpy()
