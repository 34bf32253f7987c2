from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import PIL.Image
import pytest
import torch

from ganpipe.data import galaxy10
from ganpipe.data.galaxy10 import ORIGIN, Galaxy10
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.errors import GanpipeError
from tests.data.official import matching, write_galaxy10

COUNTS = [25, 30, 21, 10, 11, 7, 9, 19, 20, 8]
CPU = torch.device("cpu")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def written(raw: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    made = write_galaxy10(raw, COUNTS)
    monkeypatch.setattr(galaxy10, "ORIGIN", matching(ORIGIN, raw))
    return made


def test_both_splits_are_the_whole_file(written: tuple[np.ndarray, np.ndarray], raw: Path, tmp_path: Path) -> None:
    prepare(Galaxy10(), tmp_path / "d", raw)
    manifest = read_manifest(Galaxy10(), tmp_path / "d")
    assert manifest.splits["train"].classes == manifest.splits["test"].classes == COUNTS
    assert sorted(manifest.arrays) == ["all_images", "all_labels"]
    samples = open_prepared(Galaxy10(), tmp_path / "d", "train", CPU)
    assert samples.labels is not None
    assert samples.labels.tolist() == written[1].tolist()
    for index in (0, 70, len(samples) - 1):
        # As torchvision and every other user of Pillow shrinks it.
        expected = np.asarray(PIL.Image.fromarray(written[0][index]).resize((64, 64), PIL.Image.Resampling.BILINEAR))
        pixels = ((samples[torch.tensor([index])][0] + 1) * 127.5).round().to(torch.uint8)
        np.testing.assert_array_equal(pixels.permute(1, 2, 0), expected)


def test_a_tenth_of_every_class_is_held_out(written: tuple[np.ndarray, np.ndarray], raw: Path) -> None:
    whole, parts = Galaxy10().prepare(raw), Galaxy10(held_out=True).prepare(raw)
    assert np.bincount(parts["test_labels"]).tolist() == [max(1, count // 10) for count in COUNTS]

    def rows(images: np.ndarray, labels: np.ndarray) -> list[bytes]:
        return sorted(image.tobytes() + bytes([label]) for image, label in zip(images, labels, strict=True))

    split = rows(parts["train_images"], parts["train_labels"]) + rows(parts["test_images"], parts["test_labels"])
    assert sorted(split) == rows(whole["all_images"], whole["all_labels"])
    other = Galaxy10(held_out=True, seed=1).prepare(raw)
    assert not np.array_equal(other["test_images"], parts["test_images"])


def test_the_classifier_learns_from_what_is_not_held_out() -> None:
    assert Galaxy10().label_dataset == Galaxy10(held_out=True, pixel_range=(0.0, 1.0))
    assert Galaxy10(held_out=True).label_dataset == Galaxy10().label_dataset


def remove(key: str) -> Callable[[h5py.File], None]:
    return lambda file: file.__delitem__(key)


def exchange(key: str, value: np.ndarray) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[key]
        file[key] = value

    return change


def group(file: h5py.File) -> None:
    del file["ans"]
    file.create_group("ans")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (remove("ans"), "has no array 'ans'; it holds images"),
        (remove("images"), "has no array 'images'; it holds ans"),
        (group, "has no array 'ans'"),
        (exchange("ans", np.full(160, 10)), "ans: expected whole numbers 0..9, got int64"),
        (exchange("ans", np.zeros(160)), "ans: expected whole numbers 0..9, got float64"),
        (exchange("ans", np.zeros(159, np.uint8)), "images: expected uint8[159, 69, 69, 3], got uint8[160, 69, 69, 3]"),
        (exchange("images", np.zeros((160, 69, 69, 3))), "images: expected uint8[160, 69, 69, 3], got float64"),
    ],
)
def test_a_file_of_another_form_is_one_line(
    written: tuple[np.ndarray, np.ndarray],
    raw: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[h5py.File], None],
    message: str,
) -> None:
    with h5py.File(raw / "Galaxy10.h5", "r+") as file:
        change(file)
    monkeypatch.setattr(galaxy10, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError) as caught:
        prepare(Galaxy10(), tmp_path / "d", raw)
    assert str(caught.value).startswith(f"{raw / 'Galaxy10.h5'}: {message}")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "d").glob("*")) == []


def test_a_file_without_images_is_one_line(raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File(raw / "Galaxy10.h5", "w") as file:
        file["images"], file["ans"] = np.empty((0, 69, 69, 3), np.uint8), np.empty(0, np.uint8)
    monkeypatch.setattr(galaxy10, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=r"^galaxy10: its source files hold nothing for 'all_images'$"):
        prepare(Galaxy10(), tmp_path / "d", raw)
    assert list((tmp_path / "d").glob("*")) == []


def test_a_truncated_file_is_not_the_expected_one(
    written: tuple[np.ndarray, np.ndarray], raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = raw / "Galaxy10.h5"
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(GanpipeError, match=r"Galaxy10\.h5: not the expected file, or not all of it \(sha256"):
        Galaxy10().prepare(raw)
    monkeypatch.setattr(galaxy10, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=r"Galaxy10\.h5: not a whole HDF5 file \(.*truncated"):
        Galaxy10().prepare(raw)


def test_where_the_file_is_wanted() -> None:
    with pytest.raises(GanpipeError, match=r"set raw: \{galaxy10: FOLDER\}"):
        Galaxy10().prepare(None)
