from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from ganpipe.data import prepare as preparing
from ganpipe.data.mixtures import Ring
from ganpipe.reporting.figures.runs import pictures_along, real_samples

PICTURES = SimpleNamespace(sample_shape=(3, 4, 4), value_range=(-1.0, 1.0))


def test_real_pictures_are_shown_where_the_dataset_is_prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: Any = SimpleNamespace(spec=SimpleNamespace(dataset=PICTURES, dataset_id="0123456789ab"))
    assert real_samples(run, tmp_path) is None
    folder = tmp_path / "datasets" / "0123456789ab"
    folder.mkdir(parents=True)

    def open_prepared(dataset: Any, at: Path, split: str, device: torch.device) -> Any:
        assert (dataset, at, split) == (PICTURES, folder, "train")
        return SimpleNamespace(draw=lambda rng, count: torch.zeros(count, 3, 4, 4))

    monkeypatch.setattr(preparing, "open_prepared", open_prepared)
    found = real_samples(run, tmp_path)
    assert found is not None
    assert found.shape == (64, 3, 4, 4)


def test_a_mixture_needs_no_preparation(tmp_path: Path) -> None:
    run: Any = SimpleNamespace(spec=SimpleNamespace(dataset=Ring(), dataset_id="0123456789ab"))
    points = real_samples(run, tmp_path)
    assert points is not None
    distances = np.linalg.norm(points[:, None] - Ring().centres(), axis=2)
    assert set(distances.argmin(axis=1)) == set(range(8))
    assert distances.min(axis=1).max() < 0.06


@pytest.mark.parametrize(("size", "side"), [(8, 8), (28, 8), (32, 8), (64, 6), (128, 3), (1000, 1)])
def test_large_pictures_are_fewer_so_that_every_pixel_is_shown(size: int, side: int) -> None:
    assert pictures_along((3, size, size)) == side
