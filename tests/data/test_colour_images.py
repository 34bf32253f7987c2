"""What holds for every recipe of photographs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.data import celeba, cifar, ffhq, galaxy10, stl10
from ganpipe.data.dataset import Dataset
from ganpipe.data.parallel import PIECE
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.data.presets import PRESETS
from tests.data.official import (
    matching,
    write_celeba,
    write_cifar10,
    write_cifar100,
    write_ffhq,
    write_galaxy10,
    write_stl10,
)

CASES: dict[str, tuple[object, str, Callable[[Path], object]]] = {
    "galaxy10": (galaxy10, "ORIGIN", lambda folder: write_galaxy10(folder, [7] * 10)),
    "celeba": (celeba, "ORIGIN", lambda folder: write_celeba(folder, [0] * 70 + [2])),
    "celeba_short_side": (celeba, "ORIGIN", lambda folder: write_celeba(folder, [0] * 70 + [2])),
    "cifar10": (cifar, "ORIGIN10", lambda folder: write_cifar10(folder, 70)),
    "cifar10_64": (cifar, "ORIGIN10", lambda folder: write_cifar10(folder, 70)),
    "cifar100": (cifar, "ORIGIN100", lambda folder: write_cifar100(folder, 70, 10)),
    "stl10": (stl10, "ORIGIN", lambda folder: write_stl10(folder, 10, 10, 70)),
    "stl10_32": (stl10, "ORIGIN", lambda folder: write_stl10(folder, 10, 10, 70)),
    "ffhq": (ffhq, "ORIGIN", lambda folder: write_ffhq(folder, 70, 2, zipped=True)),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, Path]:
    """A named dataset, and its source files in small."""
    module, origin, write = CASES[request.param]
    raw = tmp_path / "raw"
    raw.mkdir()
    write(raw)
    monkeypatch.setattr(module, origin, matching(getattr(module, origin), raw))
    return PRESETS[request.param], raw


def test_every_preset_of_photographs_is_here() -> None:
    assert set(CASES) == {name for name, preset in PRESETS.items() if "colour_images" in repr(type(preset).__mro__)}


def test_prepared_twice_to_the_same_bytes_in_small_pieces(case: tuple[Dataset, Path], tmp_path: Path) -> None:
    dataset, raw = case
    for folder in (tmp_path / "first", tmp_path / "second"):
        prepare(dataset, folder, raw)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second
    for name, piece in dataset.stream(raw):
        assert piece.dtype == np.uint8
        assert name.endswith("_labels") or len(piece) <= PIECE
    assert read_manifest(dataset, tmp_path / "first").sources == dict(dataset.sources)


def test_samples_are_what_networks_expect(case: tuple[Dataset, Path], tmp_path: Path) -> None:
    dataset, raw = case
    prepare(dataset, tmp_path / "d", raw)
    for split in ("train", "test"):
        samples = open_prepared(dataset, tmp_path / "d", split, torch.device("cpu"))
        drawn = samples.draw(np.random.default_rng(0), 16)
        assert drawn.dtype == torch.float32
        assert drawn.shape == (16, *dataset.sample_shape)
        assert -1 <= drawn.min() < 0 < drawn.max() <= 1
        assert samples.labels is None or samples.labels.max() < dataset.mode_count
