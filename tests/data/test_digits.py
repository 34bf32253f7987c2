import hashlib

import numpy as np
import torch

from ganpipe.data.digits import Digits

EXPECTED = "30273612ee77e27c4f84191a8f39e9c1f9a5d3da21bb21633eded6db69ca3fa7"


def test_splits_are_disjoint_whole_and_stratified() -> None:
    arrays = Digits().prepare(None)
    train, test = arrays["train_labels"], arrays["test_labels"]
    assert len(train) + len(test) == 1797
    np.testing.assert_array_equal(np.bincount(test), np.bincount(np.concatenate([train, test])) // 5)
    images = np.concatenate([arrays["train_images"], arrays["test_images"]])
    assert (images.min(), images.max()) == (0, 255)
    assert len(np.unique(images.reshape(1797, -1), axis=0)) == 1797


def test_the_bundled_digits_and_their_split_have_not_changed() -> None:
    arrays = Digits().prepare(None)
    content = b"".join(arrays[name].tobytes() for name in sorted(arrays))
    assert hashlib.sha256(content).hexdigest() == EXPECTED


def test_another_seed_splits_otherwise() -> None:
    assert not np.array_equal(Digits().prepare(None)["test_images"], Digits(seed=1).prepare(None)["test_images"])


def test_the_classifier_sees_the_same_digits_in_the_unit_range() -> None:
    digits = Digits(seed=3)
    assert digits.value_range == (-1.0, 1.0)
    assert digits.label_dataset == Digits(seed=3, pixel_range=(0.0, 1.0))
    samples = digits.label_dataset.open(digits.prepare(None), "test", torch.device("cpu"))
    assert samples[:].aminmax() == (0.0, 1.0)
    assert samples[:].shape[1:] == digits.sample_shape
