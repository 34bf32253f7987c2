from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganpipe.training.picture import SIDE, image_grid, point_density, write_picture

UNIT = (0.0, 1.0)


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_images_are_tiled_row_by_row_and_empty_places_are_white() -> None:
    images = np.linspace(0, 1, 5, dtype=np.float32).reshape(5, 1, 1, 1)
    grid = image_grid(np.broadcast_to(images, (5, 1, 2, 3)), UNIT)
    assert grid.shape == (2 * 2, 3 * 3, 3)
    assert grid[::2, ::3, 0].tolist() == [[0, 0.25, 0.5], [0.75, 1, 1]]


def test_images_are_apart_by_a_gap_of_white() -> None:
    grid = image_grid(np.zeros((4, 3, 2, 2), dtype=np.float32), UNIT, gap=1)
    assert grid.shape == (5, 5, 3)
    assert (grid[2] == 1).all()
    assert (grid[:, 2] == 1).all()
    assert grid.sum() == 3 * (5 + 5 - 1)


@pytest.mark.parametrize("gap", [0, 1])
def test_one_image_is_a_grid_of_its_own(gap: int) -> None:
    assert image_grid(np.zeros((1, 1, 2, 2), dtype=np.float32), UNIT, gap).shape == (2, 2, 3)


def test_three_channels_are_colours() -> None:
    image = np.array([1.0, 0.0, 0.5], dtype=np.float32).reshape(1, 3, 1, 1)
    assert image_grid(image, UNIT)[0, 0].tolist() == [1, 0, 0.5]


@pytest.mark.parametrize("channels", [1, 2])
def test_fewer_channels_are_grey(channels: int) -> None:
    image = np.random.default_rng(0).random((1, channels, 3, 3)).astype(np.float32)
    grid = image_grid(image, UNIT)
    for channel in range(3):
        np.testing.assert_array_equal(grid[..., channel], image[0, 0])


def test_black_and_white_are_the_ends_of_the_range_and_what_is_beyond_is_clipped() -> None:
    image = np.array([-1.0, 0.0, 1.0, 5.0], dtype=np.float32).reshape(1, 1, 2, 2)
    assert image_grid(image, (-1.0, 1.0))[..., 0].tolist() == [[0, 0.5], [1, 1]]
    assert image_grid(image, UNIT)[..., 0].tolist() == [[0, 0], [1, 1]]


def test_points_are_dark_where_they_are_dense_with_the_y_axis_upwards() -> None:
    points = torch.tensor([[1.0, 1.0]] * 9 + [[-1.0, -1.0]])
    grid = point_density(points)
    assert grid.shape == (SIDE, SIDE, 3)
    upper, lower = grid[: SIDE // 2], grid[SIDE // 2 :]
    assert upper[:, SIDE // 2 :].min() == 0
    assert 0 < lower[:, : SIDE // 2].min() < 255
    assert upper[:, : SIDE // 2].min() == lower[:, SIDE // 2 :].min() == 255


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 3e38])
def test_samples_of_a_broken_generator_still_give_a_picture(value: float, tmp_path: Path) -> None:
    for shape in ((4, 2), (4, 1, 2, 2), (4, 3, 2, 2)):
        write_picture(torch.full(shape, value), UNIT if len(shape) == 4 else None, tmp_path / "picture.png")
        assert pixels_of(tmp_path / "picture.png").shape[1] == SIDE


def test_small_images_are_enlarged_without_blur(tmp_path: Path) -> None:
    write_picture(torch.tensor([0.0, 1.0]).reshape(2, 1, 1, 1).expand(2, 1, 8, 8), UNIT, tmp_path / "picture.png")
    pixels = pixels_of(tmp_path / "picture.png")
    assert pixels.shape == (200, 400, 3)
    assert set(np.unique(pixels)) == {0, 255}
    assert (pixels[:, :200] == 0).all()


@pytest.mark.parametrize("width", [3, 28, 224, 399, 400, 512])
def test_no_picture_is_narrower_than_it_should_be_nor_much_wider(width: int, tmp_path: Path) -> None:
    write_picture(torch.zeros(1, 1, 2, width), UNIT, tmp_path / "picture.png")
    assert SIDE <= pixels_of(tmp_path / "picture.png").shape[1] < SIDE + width
