"""A quick look at samples without a plotting library: a grid of images, or a density of points."""

from __future__ import annotations

from math import ceil, isqrt
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganpipe.files import replacing

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 400
"""Smallest width of a picture, in pixels."""


def image_grid(images: NDArray[np.float32], value_range: tuple[float, float], gap: int = 0) -> NDArray[np.float32]:
    """Images in rows, as square as their number allows; empty places are white.

    Args:
        images: [n, channels, H, W]; of fewer than three channels the first is shown in grey, of more the first three in
            colour.
        value_range: of black and white; values beyond it are clipped.
        gap: pixels of white between two images.

    Returns:
        [rows * (H + gap) - gap, columns * (W + gap) - gap, 3], in 0..1.
    """
    low, high = value_range
    count, channels, height, width = images.shape
    columns = isqrt(count - 1) + 1
    rows = ceil(count / columns)
    shown = np.clip((images[:, :3] - low) / (high - low), 0, 1)
    if channels < 3:
        shown = np.repeat(shown[:, :1], 3, axis=1)
    framed = np.ones((rows * columns, height + gap, width + gap, 3), dtype=np.float32)
    framed[:count, :height, :width] = shown.transpose(0, 2, 3, 1)
    grid = framed.reshape(rows, columns, height + gap, width + gap, 3).swapaxes(1, 2)
    grid = grid.reshape(rows * (height + gap), columns * (width + gap), 3)
    return grid[: grid.shape[0] - gap, : grid.shape[1] - gap]


def point_density(samples: Tensor) -> np.ndarray:
    """Points [n, 2] as a grey image uint8 [400, 400, 3] of their density on a square around them."""
    points = samples.detach().cpu().double().numpy()
    points = points[np.isfinite(points).all(axis=1)]
    reach = 1.1 * max(float(np.abs(points).max(initial=0.0)), 1e-6)
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=SIDE, range=[[-reach, reach], [-reach, reach]])
    shade = 255 - 255 * np.sqrt(counts[::-1] / max(counts.max(), 1.0))
    return np.repeat(shade[..., None], 3, axis=2).astype(np.uint8)


def write_picture(samples: Tensor, value_range: tuple[float, float] | None, path: Path) -> None:
    """Write samples as a PNG: images [n, C, H, W] as a grid, points [n, 2] as a density.

    Args:
        value_range: of the dataset's pixels; None for points.
    """
    if value_range is None:
        pixels = point_density(samples)
    else:
        images = np.nan_to_num(samples.detach().cpu().float().numpy())
        pixels = np.round(255 * image_grid(images, value_range)).astype(np.uint8)
    height, width, _ = pixels.shape
    enlarged = ceil(SIDE / width)
    picture = Image.fromarray(pixels).resize((width * enlarged, height * enlarged), Image.Resampling.NEAREST)
    with replacing(path) as temporary:
        picture.save(temporary, format="PNG")
