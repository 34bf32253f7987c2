"""A quick look at samples without a plotting library: a grid of images, or a density of points."""

from __future__ import annotations

from math import ceil, isqrt
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from ganpipe.files import replacing

SIDE = 400
"""Smallest width of a picture, in pixels."""


def image_grid(samples: Tensor, value_range: tuple[float, float]) -> np.ndarray:
    """Tile images [n, C, H, W] into a square, uint8 [rows * H, columns * W, 3].

    One channel is shown grey; three are shown as red, green and blue. Values out of ``value_range`` are clipped.
    """
    images = np.nan_to_num(samples.detach().cpu().float().numpy())
    low, high = value_range
    count, channels, height, width = images.shape
    columns = isqrt(count - 1) + 1
    rows = ceil(count / columns)
    grid = np.ones((rows * height, columns * width, 3), dtype=np.float32)
    for index, image in enumerate(np.clip((images - low) / (high - low), 0.0, 1.0)):
        top, left = index // columns * height, index % columns * width
        shown = np.repeat(image, 3, axis=0) if channels == 1 else image[:3]
        grid[top : top + height, left : left + width] = shown.transpose(1, 2, 0)
    return np.asarray(np.round(255 * grid), dtype=np.uint8)


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
    pixels = point_density(samples) if value_range is None else image_grid(samples, value_range)
    height, width, _ = pixels.shape
    enlarged = ceil(SIDE / width)
    picture = Image.fromarray(pixels).resize((width * enlarged, height * enlarged), Image.Resampling.NEAREST)
    with replacing(path) as temporary:
        picture.save(temporary, format="PNG")
