from pathlib import Path

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from ganpipe.data import Dataset
from ganpipe.data.digits import Digits
from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.mnist import Mnist
from ganpipe.data.presets import PRESETS
from ganpipe.data.stacked import Stacked
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.part import Spec, canonical

CPU = torch.device("cpu")


class Holder(Spec):
    dataset: Dataset


def rows(images: torch.Tensor) -> set[bytes]:
    return {image.numpy().tobytes() for image in images}


def test_fixed_images_come_from_their_own_split() -> None:
    base = Digits()
    stacked = Stacked(base=base, count=300, test_count=200)
    arrays, digits = stacked.prepare(None), base.prepare(None)
    for split, count in (("train", 300), ("test", 200)):
        samples = stacked.open(arrays, split, CPU)
        assert samples[:].shape == (count, 3, 8, 8)
        assert rows(samples[:].flatten(0, 1)) <= rows(base.open(digits, split, CPU)[:].squeeze(1))


def test_pool_of_both_splits(tiny_mnist: Path) -> None:
    stacked = Stacked(base=Mnist(), pool="all", count=1000)
    arrays = stacked.prepare(tiny_mnist)
    assert arrays["train_triples"].max() == 249
    assert arrays["all_images"].shape == (250, 28, 28)
    assert sum(array.nbytes for array in arrays.values()) < 2 * 250 * 28 * 28


def test_labels_follow_the_digits_in_the_channels(tiny_mnist: Path) -> None:
    stacked = Stacked(base=Mnist(size=64), count=500)
    samples = stacked.open(stacked.prepare(tiny_mnist), "train", CPU)
    base = stacked.base.open(stacked.base.prepare(tiny_mnist), "train", CPU)
    assert samples.labels is not None
    assert base.labels is not None
    digit_of = {image.numpy().tobytes(): int(label) for image, label in zip(base[:], base.labels, strict=True)}
    for image, label in zip(samples[:20], samples.labels[:20], strict=True):
        digits = [digit_of[channel.numpy().tobytes()] for channel in image]
        assert label == digits[0] + 10 * digits[1] + 100 * digits[2]


def test_on_the_fly_draws_training_digits_only() -> None:
    stacked = Stacked(base=Digits())
    arrays = stacked.prepare(None)
    assert "train_triples" not in arrays
    drawn = stacked.open(arrays, "train", CPU).draw(generator(0, Purpose.REAL), 5_000)
    train = rows(Digits().open(arrays, "train", CPU)[:].squeeze(1))
    assert rows(drawn.flatten(0, 1)) == train
    assert len(stacked.open(arrays, "test", CPU)) == 10_000


def test_presets_follow_their_papers() -> None:
    pacgan, unrolled, presgan, setgan = (
        PRESETS[f"stacked_mnist_{name}"] for name in ("pacgan", "unrolled", "presgan", "setgan")
    )
    assert isinstance(pacgan, Stacked)
    assert isinstance(presgan, Stacked)
    assert (pacgan.pool, pacgan.count, pacgan.value_range, pacgan.sample_shape) == (
        "all",
        128_000,
        (0.0, 1.0),
        (3, 28, 28),
    )
    assert (presgan.count, presgan.test_count, presgan.value_range, presgan.sample_shape) == (
        60_000,
        10_000,
        (-1.0, 1.0),
        (3, 64, 64),
    )
    assert unrolled == setgan == Stacked(base=Mnist())
    assert {dataset.label_dataset for dataset in (pacgan, unrolled, presgan)} == {Mnist(pixel_range=(0.0, 1.0))}


def test_any_digits_can_be_stacked_and_nothing_else() -> None:
    inner = {"kind": "imbalanced", "base": {"kind": "digits"}, "rare_classes": 2}
    parsed = Holder.parse({"dataset": {"kind": "stacked", "base": inner}}).dataset
    assert parsed == Stacked(base=Imbalanced(base=Digits(), rare_classes=2))
    with pytest.raises(ValidationError, match="Input tag 'ring' found using 'kind' does not match"):
        Holder.parse({"dataset": {"kind": "stacked", "base": {"kind": "ring"}}})


def test_identity_holds_the_sources_once() -> None:
    content = canonical(PRESETS["stacked_mnist_pacgan"])
    assert "sources" not in content
    assert content["base"]["sources"] == dict(PRESETS["mnist"].sources)
    assert PRESETS["stacked_mnist_pacgan"].sources == PRESETS["mnist"].sources


def test_triples_are_uniform_over_the_pool(tiny_mnist: Path) -> None:
    triples = Stacked(base=Mnist(), count=100_000).prepare(tiny_mnist)["train_triples"]
    counts = np.bincount(triples.ravel(), minlength=200)
    np.testing.assert_allclose(counts, 1500, atol=5 * np.sqrt(1500))
