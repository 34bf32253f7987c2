import numpy as np
import pytest
import torch

from ganpipe.data.resize import resize


@pytest.mark.parametrize("size", [64, 28, 10])
def test_a_constant_stays_constant(size: int) -> None:
    assert (resize(np.full((2, 28, 28), 137, np.uint8), size) == 137).all()


@pytest.mark.parametrize("size", [64, 14])
def test_agrees_with_torch(size: int) -> None:
    images = np.random.default_rng(0).integers(256, size=(5, 28, 28), dtype=np.uint8)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(images)[:, None].double(), size=(size, size), mode="bilinear", antialias=True
    )
    difference = resize(images, size) - expected[:, 0].numpy()
    assert np.abs(difference).max() <= 0.5 + 1e-4


def test_enlarging_to_64_is_exact() -> None:
    # Weights are multiples of 1/32, so 1024 times the result is an integer, which integer arithmetic gives too.
    images = np.random.default_rng(1).integers(256, size=(3, 28, 28), dtype=np.uint8)
    weights = np.zeros((64, 28), np.int64)
    for row in range(64):
        centre = 14 * row - 9  # 32 times the position (row + 1/2) 28/64 - 1/2
        for source, weight in ((centre // 32, 32 - centre % 32), (centre // 32 + 1, centre % 32)):
            weights[row, min(max(source, 0), 27)] += weight
    scaled = weights @ images.astype(np.int64) @ weights.T
    np.testing.assert_array_equal(resize(images, 64), np.rint(scaled / 1024))


def test_more_images_than_are_resized_at_once() -> None:
    images = np.random.default_rng(2).integers(256, size=(1500, 4, 4), dtype=np.uint8)
    np.testing.assert_array_equal(resize(images, 8)[1400:], resize(images[1400:], 8))
