import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ganpipe.data.mnist import Mnist, parse_idx
from ganpipe.errors import GanpipeError

IdxBytes = Callable[[np.ndarray], bytes]
LABELS = np.arange(10, dtype=np.uint8)


def test_parse_idx_round_trip(idx_bytes: IdxBytes) -> None:
    images = np.random.default_rng(0).integers(256, size=(3, 5, 4), dtype=np.uint8)
    np.testing.assert_array_equal(parse_idx(idx_bytes(images), 3, "x"), images)
    np.testing.assert_array_equal(parse_idx(idx_bytes(LABELS), 1, "x"), LABELS)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: b"\x00\x00\x09\x01" + content[4:], "not an idx1 file of bytes (starts with 00000901)"),
        (lambda content: b"\x00\x00\x08\x03" + content[4:], "not an idx1 file of bytes (starts with 00000803)"),
        (lambda content: b"", "not an idx1 file of bytes (starts with )"),
        (lambda content: content[:6], "not an idx1 file of bytes (starts with 00000801)"),
        (lambda content: content[:-1], "holds 9 values where its header announces (10,)"),
        (lambda content: content + b"\x00", "holds 11 values where its header announces (10,)"),
    ],
    ids=["other type", "other dimensions", "empty", "half a header", "truncated", "too long"],
)
def test_malformed_idx(idx_bytes: IdxBytes, damage: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(GanpipeError) as error:
        parse_idx(damage(idx_bytes(LABELS)), 1, "labels")
    assert str(error.value) == f"labels: {message}"


def test_sizes_beyond_64_bits_are_refused(idx_bytes: IdxBytes) -> None:
    with pytest.raises(GanpipeError, match="holds 0 values"):
        parse_idx(bytes((0, 0, 8, 3)) + b"\xff" * 12, 3, "images")


def overwrite(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"garbage", "Not a gzipped file"),
        (gzip.compress(bytes(1000))[:15], "end-of-stream"),
        (gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x05abc"), "holds 3 values where its header announces (5,)"),
        (gzip.compress(b"\x00\x00\x08\x01\x00\x00\x00\x03abc"), "not the expected file"),
    ],
    ids=["garbage", "truncated gzip", "truncated idx", "wrong label count"],
)
def test_a_damaged_source_is_one_line_that_names_it(tiny_mnist: Path, content: bytes, message: str) -> None:
    name = "train-labels-idx1-ubyte.gz"
    (tiny_mnist / name).write_bytes(content)
    with pytest.raises(GanpipeError) as error:
        Mnist().prepare(tiny_mnist)
    assert str(tiny_mnist / name) in str(error.value)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("images", "labels", "found"),
    [
        (np.zeros((3, 32, 32), np.uint8), LABELS[:3], "3 images of 32x32 and 3 labels up to 2"),
        (np.zeros((3, 28, 28), np.uint8), LABELS[:2], "3 images of 28x28 and 2 labels up to 1"),
        (np.zeros((1, 28, 28), np.uint8), np.array([10], np.uint8), "1 images of 28x28 and 1 labels up to 10"),
    ],
)
def test_stand_ins_of_other_shapes_are_refused(
    tiny_mnist: Path,
    idx_bytes: IdxBytes,
    monkeypatch: pytest.MonkeyPatch,
    images: np.ndarray,
    labels: np.ndarray,
    found: str,
) -> None:
    monkeypatch.setattr("ganpipe.data.mnist.verify", lambda *_: None)
    for name, array in (("images-idx3", images), ("labels-idx1", labels)):
        (tiny_mnist / f"train-{name}-ubyte.gz").write_bytes(gzip.compress(idx_bytes(array)))
    with pytest.raises(GanpipeError, match=f"train: {found}; expected images of 28x28 pixels"):
        Mnist().prepare(tiny_mnist)


def test_a_missing_source_names_the_configuration_key(tiny_mnist: Path) -> None:
    (tiny_mnist / "t10k-images-idx3-ubyte.gz").unlink()
    with pytest.raises(
        GanpipeError, match=r"t10k-images-idx3-ubyte\.gz: no such file, nor its .*raw: \{mnist: FOLDER\}"
    ):
        Mnist().prepare(tiny_mnist)
    with pytest.raises(GanpipeError, match=r"set raw: \{mnist: FOLDER\}"):
        Mnist().prepare(None)


def test_uncompressed_files_are_read_too(tiny_mnist: Path) -> None:
    expected = Mnist().prepare(tiny_mnist)
    for path in list(tiny_mnist.iterdir()):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()
    for name, array in Mnist().prepare(tiny_mnist).items():
        np.testing.assert_array_equal(array, expected[name])


@pytest.mark.parametrize("size", [28, 64])
def test_shapes_and_range(tiny_mnist: Path, size: int) -> None:
    dataset = Mnist.parse({"size": size})
    samples = dataset.open(dataset.prepare(tiny_mnist), "train", torch.device("cpu"))
    assert samples[:].shape == (200, *dataset.sample_shape) == (200, 1, size, size)
    low, high = samples[:].aminmax()
    assert -1.0 <= low < -0.9
    assert 0.9 < high <= 1.0


def test_all_sizes_and_ranges_share_one_classifier() -> None:
    assert Mnist(size=64).label_dataset == Mnist(pixel_range=(0.0, 1.0)) == Mnist(pixel_range=(0.0, 1.0)).label_dataset


def test_only_the_two_pixel_ranges_exist() -> None:
    with pytest.raises(ValidationError, match=r"must be \[0, 1\] or \[-1, 1\]"):
        Mnist.parse({"pixel_range": [0, 255]})


def test_the_real_files(mnist_dir: Path) -> None:
    arrays = Mnist().prepare(mnist_dir)
    assert arrays["train_images"].shape == (60_000, 28, 28)
    assert arrays["test_images"].shape == (10_000, 28, 28)
    assert np.bincount(arrays["train_labels"]).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(arrays["test_labels"]).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
