from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from ganpipe.data import stl10
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.data.stl10 import ORIGIN, Stl10
from ganpipe.errors import GanpipeError
from tests.data.official import matching, write_stl10, write_tar

CPU = torch.device("cpu")
FOLDER = "stl10_binary"
PIXELS = bytes(2 * 3 * 96 * 96)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def written(raw: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    made = write_stl10(raw, train=20, test=10, unlabeled=70)
    monkeypatch.setattr(stl10, "ORIGIN", matching(ORIGIN, raw))
    return made


def test_columns_become_rows(written: dict[str, np.ndarray], raw: Path) -> None:
    arrays = Stl10(size=96).prepare(raw)
    np.testing.assert_array_equal(arrays["test_images"].transpose(0, 2, 3, 1), written["test"])
    train = np.concatenate([written["train"], written["unlabeled"]])
    np.testing.assert_array_equal(arrays["train_images"].transpose(0, 2, 3, 1), train)


@pytest.mark.parametrize("size", [32, 48])
def test_shrunk_as_pillow_does(written: dict[str, np.ndarray], raw: Path, size: int) -> None:
    images = Stl10.parse({"size": size}).prepare(raw)["train_images"]
    assert images.shape == (90, 3, size, size)
    for index, picture in ((1, written["train"][1]), (89, written["unlabeled"][69])):
        expected = PIL.Image.fromarray(picture).resize((size, size), PIL.Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(images[index].transpose(1, 2, 0), expected)


def test_labels_only_where_all_images_have_one(written: dict[str, np.ndarray], raw: Path, tmp_path: Path) -> None:
    for dataset, train in ((Stl10(), None), (Stl10(unlabeled=False), [2] * 10)):
        folder = tmp_path / str(dataset.unlabeled)
        prepare(dataset, folder, raw)
        manifest = read_manifest(dataset, folder)
        assert manifest.splits["train"].classes == train
        assert manifest.splits["test"].classes == [1] * 10
    samples = open_prepared(Stl10(unlabeled=False), tmp_path / "False", "train", CPU)
    assert samples.labels is not None
    assert samples.labels.tolist() == 2 * list(range(10))
    assert Stl10().label_dataset == Stl10(unlabeled=False, pixel_range=(0.0, 1.0))


FILES = {
    **{f"{FOLDER}/{part}_X.bin": PIXELS for part in ("test", "train", "unlabeled")},
    **{f"{FOLDER}/{part}_y.bin": b"\x01\x0a" for part in ("test", "train")},
}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({f"{FOLDER}/train_X.bin": PIXELS[:-1]}, r"stl10_binary/train_X\.bin: ends too early"),
        ({f"{FOLDER}/train_y.bin": b"\x01"}, r"its numbers of train images and labels differ \(\[1, 2\]\)"),
        ({f"{FOLDER}/test_y.bin": b"\x01\x02\x03"}, r"its numbers of test images and labels differ \(\[2, 3\]\)"),
        ({f"{FOLDER}/train_y.bin": b"\x00\x01"}, r"train_y\.bin: expected labels 1\.\.10, got 0\.\.1"),
        ({f"{FOLDER}/train_y.bin": b"\x01\x0b"}, r"expected labels 1\.\.10, got 1\.\.11"),
    ],
)
def test_damage_is_one_line_and_nothing_is_half_prepared(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes], message: str
) -> None:
    path = raw / "stl10_binary.tar.gz"
    write_tar(path, FILES | files)
    with pytest.raises(GanpipeError, match="not the expected file"):
        prepare(Stl10(), tmp_path / "d", raw)
    monkeypatch.setattr(stl10, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=message) as caught:
        prepare(Stl10(), tmp_path / "d", raw)
    assert str(caught.value).startswith(str(path))
    assert list((tmp_path / "d").glob("*")) == []


def test_a_missing_part_is_named(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tar(raw / "stl10_binary.tar.gz", {name: FILES[name] for name in FILES if "unlabeled" not in name})
    monkeypatch.setattr(stl10, "ORIGIN", matching(ORIGIN, raw))
    with pytest.raises(GanpipeError, match=r"stl10_binary/unlabeled_X\.bin is not in it"):
        Stl10().prepare(raw)
    Stl10(unlabeled=False).prepare(raw)
