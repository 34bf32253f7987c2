"""Bilinear resizing, the same on every machine."""

from __future__ import annotations

import numpy as np

_CHUNK = 1024  # images at once: bounds the memory for float32 intermediates


def resize(images: np.ndarray, size: int) -> np.ndarray:
    """Resize single-channel images bilinearly, with half-pixel centres and smoothing when shrinking (as Pillow does).

    Enlarging to a power of two (28 to 64) has weights that are small multiples of a power of two, so float32 sums them
    exactly, whatever the order in which a machine adds.

    Args:
        images: uint8 [n, height, width].
        size: the new height and width.

    Returns:
        uint8 [n, size, size], rounded to nearest (halves to even).
    """
    rows, columns = (_weights(old, size) for old in images.shape[1:])
    resized = np.empty((len(images), size, size), np.uint8)
    for start in range(0, len(images), _CHUNK):
        chunk = images[start : start + _CHUNK].astype(np.float32)
        resized[start : start + _CHUNK] = np.rint(rows @ chunk @ columns.T)
    return resized


def _weights(old: int, new: int) -> np.ndarray:
    scale = old / new
    centres = (np.arange(new) + 0.5) * scale - 0.5
    weights: np.ndarray = np.maximum(0.0, 1.0 - np.abs(centres[:, None] - np.arange(old)) / max(scale, 1.0))
    weights /= weights.sum(axis=1, keepdims=True)
    return weights.astype(np.float32)
