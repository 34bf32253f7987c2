from __future__ import annotations

import numpy as np
import pytest

from ganpipe.reporting.figures.panels import mosaic


def test_pictures_are_shown_in_their_range_with_white_between_them() -> None:
    images = np.full((4, 3, 2, 2), -1.0, dtype=np.float32)
    images[1, 0] = 1.0  # red
    images[2] = 5.0  # out of range
    shown = mosaic(images, (-1.0, 1.0))
    assert shown.shape == (5, 5, 3)
    np.testing.assert_array_equal(shown[:2, :2], 0)
    np.testing.assert_array_equal(shown[0, 3], [1, 0, 0])
    np.testing.assert_array_equal(shown[3:, :2], 1)
    np.testing.assert_array_equal(shown[2], 1)
    np.testing.assert_array_equal(shown[:, 2], 1)


@pytest.mark.parametrize("channels", [1, 2])
def test_pictures_without_three_channels_are_grey(channels: int) -> None:
    images = np.random.default_rng(0).random((1, channels, 3, 3)).astype(np.float32)
    shown = mosaic(images, (0.0, 1.0))
    for channel in range(3):
        np.testing.assert_allclose(shown[..., channel], images[0, 0])
