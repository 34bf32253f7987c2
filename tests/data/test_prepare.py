import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.data.dataset import Dataset, Piece
from ganpipe.data.digits import Digits
from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.mixtures import Ring
from ganpipe.data.mnist import Mnist
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.data.samples import ImageSamples
from ganpipe.data.stacked import Stacked
from ganpipe.errors import GanpipeError
from ganpipe.files import read_json
from ganpipe.spec.part import canonical, digest

CPU = torch.device("cpu")
RING = Ring(train_samples=80, test_samples=16, balanced=True)


def full_disk(*_: object, **__: object) -> None:
    raise OSError("disk full")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize(
    "dataset",
    [
        RING,
        Digits(),
        Mnist(size=64),
        Stacked(base=Mnist(), count=100),
        Imbalanced(base=Mnist(), rare_classes=2, common_count=15),
    ],
    ids=lambda dataset: dataset.kind,
)
def test_preparing_twice_gives_the_same_bytes_and_opens(dataset: Dataset, tiny_mnist: Path, tmp_path: Path) -> None:
    for name in ("first", "second"):
        prepare(dataset, tmp_path / name, tiny_mnist)
    assert contents(tmp_path / "first") == contents(tmp_path / "second")
    manifest = read_manifest(dataset, tmp_path / "first")
    arrays = dataset.prepare(tiny_mnist)
    for split in ("train", "test"):
        opened, direct = open_prepared(dataset, tmp_path / "first", split, CPU), dataset.open(arrays, split, CPU)
        assert torch.equal(opened[:], direct[:])
        assert opened[:].shape[1:] == dataset.sample_shape
        assert opened.labels is not None
        assert manifest.splits[split].count == len(opened)
        assert manifest.splits[split].classes == opened.labels.bincount(minlength=dataset.mode_count).tolist()


def test_manifest(tiny_mnist: Path, tmp_path: Path) -> None:
    dataset = Imbalanced(base=Mnist(), rare_classes=2, common_count=15)
    prepare(dataset, tmp_path / "d", tiny_mnist)
    manifest = read_json(tmp_path / "d" / "manifest.json")
    assert manifest["schema_version"] == 1
    assert manifest["dataset"] == canonical(dataset)
    assert manifest["dataset_id"] == digest(canonical(dataset))
    assert manifest["sources"] == dict(Mnist().sources)
    assert manifest["splits"]["train"] == {"count": 130, "classes": [5, 5, 15, 15, 15, 15, 15, 15, 15, 15]}
    assert manifest["arrays"]["train_images"]["shape"] == [130, 28, 28]


def test_on_the_fly_has_no_class_histogram(tmp_path: Path) -> None:
    dataset = Stacked(base=Digits())
    prepare(dataset, tmp_path, None)
    splits = read_manifest(dataset, tmp_path).splits
    assert (splits["train"].count, splits["train"].classes) == (1442, None)
    assert splits["test"].classes is not None
    assert sum(splits["test"].classes) == 10_000


def test_a_prepared_dataset_is_left_alone_and_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    prepare(RING, tmp_path, None)
    whole = contents(tmp_path)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    prepare(RING, tmp_path, None)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == stamps
    points = tmp_path / "train_points.npy"
    points.write_bytes(whole["train_points.npy"][:-8] + bytes(8))
    prepare(RING, tmp_path, None)
    assert contents(tmp_path) == whole
    points.unlink()
    prepare(RING, tmp_path, None)
    assert contents(tmp_path) == whole


def test_a_failed_preparation_leaves_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(RING, tmp_path, None)
    (tmp_path / "train_points.npy").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(np.lib.format, "write_array_header_1_0", full_disk)
        with pytest.raises(OSError, match="disk full"):
            prepare(RING, tmp_path, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("test_labels.npy", "test_points.npy", "train_labels.npy"),
    ]
    with pytest.raises(GanpipeError, match=r"manifest\.json: no such file"):
        open_prepared(RING, tmp_path, "train", CPU)


def in_pieces(dataset: Dataset, raw: Path | None) -> Iterator[Piece]:
    for name, array in dataset.prepare(raw).items():
        for start in range(0, len(array), 100):
            yield name, array[start : start + 100]


def test_pieces_come_to_the_same_files_as_whole_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(Digits(), tmp_path / "whole", None)
    monkeypatch.setattr(Digits, "stream", in_pieces)
    prepare(Digits(), tmp_path / "pieces", None)
    assert contents(tmp_path / "whole") == contents(tmp_path / "pieces")
    # They are the files that NumPy writes.
    for name, array in Digits().prepare(None).items():
        np.save(tmp_path / "array.npy", array)
        assert (tmp_path / "array.npy").read_bytes() == (tmp_path / "whole" / f"{name}.npy").read_bytes()


def test_what_a_killed_preparation_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / ".train_images.123-0123abcd.npy").write_bytes(bytes(100))
    prepare(RING, tmp_path, None)
    assert len(list(tmp_path.iterdir())) == 5


def test_samples_on_a_cpu_are_the_files_themselves(tmp_path: Path) -> None:
    prepare(Digits(), tmp_path, None)
    samples = open_prepared(Digits(), tmp_path, "train", CPU)
    assert isinstance(samples, ImageSamples)
    # A change of the file shows in the samples: they are mapped, not read.
    with (tmp_path / "train_images.npy").open("r+b") as file:
        file.seek(128)
        file.write(b"\xff" * 8)
    assert samples[:1][0, 0, 0].tolist() == [1.0] * 8


def test_the_manifest_of_another_dataset_is_refused(tmp_path: Path) -> None:
    prepare(RING, tmp_path, None)
    with pytest.raises(GanpipeError, match=r"manifest\.json: dataset_id"):
        open_prepared(RING.model_copy(update={"sigma": 0.5}), tmp_path, "train", CPU)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arrays": 3}, "arrays: "),
        ({"schema_version": 2}, "schema_version: should be 1"),
        ({"time": "now"}, "time: unknown key"),
    ],
)
def test_a_garbled_manifest_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    prepare(RING, tmp_path, None)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(read_json(path) | change))
    with pytest.raises(GanpipeError) as error:
        open_prepared(RING, tmp_path, "train", CPU)
    assert str(error.value).startswith(f"{path}: {message}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((79, 2), np.float32), r"float32\[79, 2\] where the manifest says float32\[80, 2\]"),
        (np.zeros((80, 2), np.float64), "float64"),
        (np.array([{}], dtype=object), "cannot be read"),
        (None, "cannot be read"),
    ],
    ids=["shape", "dtype", "pickle", "not an array"],
)
def test_arrays_that_contradict_the_manifest_are_refused(
    tmp_path: Path, array: np.ndarray | None, message: str
) -> None:
    prepare(RING, tmp_path, None)
    path = tmp_path / "train_points.npy"
    path.write_bytes(b"") if array is None else np.save(path, array, allow_pickle=True)
    with pytest.raises(GanpipeError, match=rf"train_points\.npy: .*{message}") as error:
        open_prepared(RING, tmp_path, "train", CPU)
    assert "\n" not in str(error.value)
