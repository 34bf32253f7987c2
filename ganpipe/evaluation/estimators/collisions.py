"""The birthday paradox test: near-duplicates in a batch bound the number of different images that a generator makes.

Arora and Zhang, 2018: if a batch of s images holds a duplicate with probability one half, the support is of about s^2
images. PacGAN (section 4.3) looks at the 20 closest pairs of 1,024 images, and a person decides. Here the pairs are the
same, and a pair is a duplicate when the features of its images are more alike than they come in batches of real images.
"""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np


def closest_pairs(images: np.ndarray, count: int) -> np.ndarray:
    """The pairs of images with the smallest Euclidean distance between their pixels, the closest first.

    Args:
        images: [n, pixels], finite.
        count: number of pairs; all there are when there are fewer.

    Returns:
        int64 [count, 2], the smaller index first.
    """
    pixels = images.astype(np.float64)
    norms = np.einsum("ij,ij->i", pixels, pixels)
    first, second = np.triu_indices(len(pixels), k=1)
    squared = (norms[:, None] + norms - 2 * pixels @ pixels.T)[first, second]
    order = np.argsort(squared, kind="stable")[:count]
    return np.stack([first[order], second[order]], axis=1)


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Cosine similarity of the rows of [n, d] and [n, d], in [-1, 1]; 1 for two rows of zeros, 0 for one."""
    x, y = first.astype(np.float64), second.astype(np.float64)
    lengths = np.linalg.norm(x, axis=1) * np.linalg.norm(y, axis=1)
    similarity = np.einsum("ij,ij->i", x, y) / np.where(lengths > 0, lengths, 1.0)
    similarity[(x == y).all(axis=1)] = 1.0
    return np.asarray(np.clip(similarity, -1.0, 1.0))


def calibrated_threshold(similarities: np.ndarray, false_alarms: float) -> float:
    """The similarity that a new real batch exceeds with a probability of at most ``false_alarms``.

    An order statistic: among R + 1 exchangeable batches each rank is equally likely for the new one, so the smallest
    rank r with r >= (1 - false_alarms)(R + 1) will do, whatever the distribution.

    Args:
        similarities: of R real batches, of each the highest among its closest pairs.

    Raises:
        ValueError: there are too few batches for so small a probability.
    """
    # Without the subtraction, rounding would lift a rank that is a whole number.
    rank = ceil((1 - false_alarms) * (len(similarities) + 1) - 1e-9)
    if rank > len(similarities):
        raise ValueError(f"{len(similarities)} batches cannot calibrate false alarms of {false_alarms:g}")
    return float(np.sort(similarities)[rank - 1])


def wilson_interval(successes: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson's interval for a probability, at 95 % by default; within [0, 1] and never a point."""
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / trials + spread / (4 * trials)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)
