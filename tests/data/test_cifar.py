from __future__ import annotations

import io
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from ganpipe.data import cifar
from ganpipe.data.cifar import ORIGIN10, ORIGIN100, Cifar10, Cifar100
from ganpipe.data.cifar_batch import read_batch
from ganpipe.data.prepare import open_prepared, prepare, read_manifest
from ganpipe.errors import GanpipeError
from tests.data.official import batch, matching, python2_pickle, write_cifar10, write_cifar100, write_tar

CPU = torch.device("cpu")
ARCHIVE = "cifar-10-python.tar.gz"
PIXELS = np.random.default_rng(0).integers(256, size=(5, 3072), dtype=np.uint8)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def written(raw: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    made = write_cifar10(raw, size=70)
    monkeypatch.setattr(cifar, "ORIGIN10", matching(ORIGIN10, raw))
    return made


def test_batches_in_the_archives_order(written: tuple[np.ndarray, np.ndarray], raw: Path, tmp_path: Path) -> None:
    prepare(Cifar10(), tmp_path / "d", raw)
    pixels, labels = written
    train = [0, 2, 3, 4, 5]  # the test batch is stored second
    samples = {split: open_prepared(Cifar10(), tmp_path / "d", split, CPU) for split in ("train", "test")}
    for split, chosen in (("train", train), ("test", [1])):
        bytes_ = ((samples[split][:] + 1) * 127.5).round().to(torch.uint8)
        # Each row of a batch is all red values, then green, then blue, each row by row.
        np.testing.assert_array_equal(bytes_, pixels[chosen].reshape(-1, 3, 32, 32))
        found = samples[split].labels
        assert found is not None
        assert found.tolist() == labels[chosen].ravel().tolist()
    assert read_manifest(Cifar10(), tmp_path / "d").splits["train"].count == 350


def test_at_64_as_pillow_enlarges(written: tuple[np.ndarray, np.ndarray], raw: Path) -> None:
    arrays = Cifar10(size=64).prepare(raw)
    assert arrays["test_images"].shape == (70, 3, 64, 64)
    picture = written[0][1, 3].reshape(3, 32, 32).transpose(1, 2, 0)
    expected = PIL.Image.fromarray(picture).resize((64, 64), PIL.Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(arrays["test_images"][3].transpose(1, 2, 0), expected)
    assert Cifar10(size=64).label_dataset == Cifar10(pixel_range=(0.0, 1.0))


def test_cifar100_has_two_kinds_of_labels(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write_cifar100(raw, train=300, test=40)
    monkeypatch.setattr(cifar, "ORIGIN100", matching(ORIGIN100, raw))
    fine, coarse = Cifar100().prepare(raw), Cifar100(labels="coarse").prepare(raw)
    for split, (pixels, labels) in made.items():
        np.testing.assert_array_equal(fine[f"{split}_images"], pixels.reshape(-1, 3, 32, 32))
        np.testing.assert_array_equal(fine[f"{split}_labels"], labels)
        np.testing.assert_array_equal(coarse[f"{split}_labels"], labels // 5)
    assert (Cifar100().mode_count, Cifar100(labels="coarse").mode_count) == (100, 20)


def test_generated_batches_are_pickles_that_say_the_same() -> None:
    # Trusted here, because it was made here: python's own reader agrees with ours about what a batch holds.
    content = batch(PIXELS, labels=[3, 0, 9, 1, 1])
    official = pickle.loads(content, encoding="bytes")
    np.testing.assert_array_equal(official[b"data"], PIXELS)
    images, labels = read_batch(io.BytesIO(content), b"labels", "x")
    np.testing.assert_array_equal(images.reshape(5, 3072), official[b"data"])
    assert labels.tolist() == official[b"labels"]


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch evil",)


def with_state(**changes: object) -> bytes:
    """A batch in which the bytes of one well-formed array are exchanged."""
    content = batch(PIXELS, labels=[0] * 5)
    for old, new in changes.values():  # type: ignore[misc]
        assert content.count(old) == 1
        content = content.replace(old, new)
    return content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x80\x02cposix\nsystem\nU\x0atouch evil\x85R.", "asks for 'posix system', which no batch of CIFAR does"),
        (pickle.dumps({"data": Evil()}, protocol=2), "holds the pickle instruction b'X'"),
        (pickle.dumps({"data": Evil()}, protocol=4), "pickle protocol 4, where batches of CIFAR have 2"),
        (pickle.dumps({"data": Evil()}, protocol=0), "asks for|pickle instruction"),
        (b"\x80\x02cnumpy\nload\n.", "asks for 'numpy load'"),
        (b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01.", "not a batch of CIFAR, which would be a dictionary"),
        (batch(PIXELS, labels=[0] * 5)[:-40], "x: ends too early"),
        (batch(PIXELS, labels=[0] * 5)[:300], "x: ends too early"),
        (batch(PIXELS), "has no key 'labels'"),
        (python2_pickle({"labels": [0] * 5}), "has no key 'data'"),
        (batch(PIXELS, labels=[0] * 4), "5 images have 4 labels"),
        (python2_pickle({"data": PIXELS, "labels": ["a"] * 5}), "labels: not a list of small whole numbers"),
        (python2_pickle({"data": PIXELS, "labels": [256] * 5}), "labels: not a list of small whole numbers"),
        (python2_pickle({"data": "x", "labels": [0]}), "data: not an array of bytes with 3072 columns"),
        (batch(PIXELS[:, :100], labels=[0] * 5), "data: not an array of bytes with 3072 columns"),
        (with_state(dtype=(b"U\x02u1", b"U\x02i2")), "data: not an array of bytes"),
        (with_state(rows=(b"(K\x01K\x05M\x00\x0c", b"(K\x01K\x06M\x00\x0c")), "data: not an array of bytes"),
        (with_state(fortran=(b"\x89T", b"\x88T")), "data: not an array of bytes"),
        (b"\x80\x02h\x07.", "not a batch of CIFAR \\(KeyError"),
        (b"\x80\x02u.", "not a batch of CIFAR \\(ValueError: nothing was marked"),
        (b"\x80\x02.", "not a batch of CIFAR \\(IndexError"),
        (b"", "x: ends too early"),
        (b"<html>", "holds the pickle instruction b'<'"),
    ],
)
def test_nothing_but_a_batch_is_read_and_nothing_is_run(
    content: bytes, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(GanpipeError, match=f"^x: .*{message}|^{message}") as caught:
        read_batch(io.BytesIO(content), b"labels", "x")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


GOOD = batch(PIXELS, labels=[0] * 5)
ALL = dict.fromkeys(Cifar10.batches, GOOD)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-5000]), "not a whole archive"),
        (lambda path: path.write_bytes(b"<html>"), "not a whole archive"),
        (lambda path: write_tar(path, {**ALL, "../evil": b""}), "holds '../evil', which leads outside"),
        (lambda path: write_tar(path, dict(list(ALL.items())[:-1])), "cifar-10-batches-py/test_batch is not in it"),
        (
            lambda path: write_tar(path, {**ALL, "cifar-10-batches-py/test_batch": batch(PIXELS, labels=[10] * 5)}),
            "test_batch: has label 10 among 10 classes",
        ),
        (lambda path: write_tar(path, {**ALL, "cifar-10-batches-py/test_batch": GOOD[:500]}), "ends too early"),
    ],
)
def test_damage_is_one_line_and_nothing_is_half_prepared(
    written: tuple[np.ndarray, np.ndarray],
    raw: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    damage: Callable[[Path], None],
    message: str,
) -> None:
    damage(raw / ARCHIVE)
    with pytest.raises(GanpipeError, match="not the expected file, or not all of it"):
        prepare(Cifar10(), tmp_path / "d", raw)
    monkeypatch.setattr(cifar, "ORIGIN10", matching(ORIGIN10, raw))
    with pytest.raises(GanpipeError, match=rf"cifar-10-python\.tar\.gz: .*{message}") as caught:
        prepare(Cifar10(), tmp_path / "d", raw)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "d").glob("*")) == []
