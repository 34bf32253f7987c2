from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.data.mixtures import Grid, Ring
from ganpipe.data.presets import PRESETS
from ganpipe.evaluation.protocols.protocol import Context, Measurement
from ganpipe.evaluation.protocols.sliced_wasserstein import SlicedWasserstein

CPU = torch.device("cpu")


def measured(fake_run, dataset: Ring | Grid, draw, seed: int = 0) -> Measurement:
    run = fake_run(dataset, lambda rng, count, step: torch.from_numpy(draw(rng, count)), seed=seed)
    (row,) = SlicedWasserstein(samples=500, directions=32).measure(Context(run, Path(), None, CPU), 100)
    return row


def test_the_mixture_itself_scores_the_floor_and_stray_points_their_distance(fake_run) -> None:
    ring = Ring()

    def ideal(rng: np.random.Generator, count: int) -> np.ndarray:
        return ring.centres()[rng.integers(8, size=count)] + 0.01 * rng.standard_normal((count, 2))

    rows = [measured(fake_run, ring, ideal, seed) for seed in range(8)]
    values = [row.value for row in rows]
    assert rows[0].floor == pytest.approx(np.mean(values), abs=4 * np.std(values) / np.sqrt(8))
    assert (rows[0].metric, rows[0].n, rows[0].step) == ("sliced_wasserstein", 500, 100)
    far = measured(fake_run, ring, lambda rng, count: np.full((count, 2), 1e4))
    assert far.value == pytest.approx(1e4 * np.sqrt(2) * 2 / np.pi, rel=1e-3)


def test_a_point_that_is_not_finite_leaves_no_value(fake_run) -> None:
    row = measured(fake_run, Ring(), lambda rng, count: np.where(np.arange(2 * count) == 7, np.nan, 0).reshape(-1, 2))
    assert row.value is None
    assert row.floor > 0


def test_fits_mixtures_only() -> None:
    assert SlicedWasserstein().applies_to(Grid()) is None
    assert "mixture" in str(SlicedWasserstein().applies_to(PRESETS["digits"]))
