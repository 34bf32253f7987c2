"""What the recipes for single-channel images of digits have in common: their arrays, and how they are opened."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from ganpipe.data.dataset import Arrays, Dataset, Split
from ganpipe.data.samples import ImageSamples
from ganpipe.randomness import Purpose, generator

if TYPE_CHECKING:
    import torch


class DigitImages(Dataset):
    """Greyscale images of the digits 0..9 with their labels; the digit is the mode.

    ``prepare`` of every kind below gives, for split in train and test, ``<split>_images`` uint8 [n, height, width] and
    ``<split>_labels`` uint8 [n]; recipes over digits (stacked, imbalanced) build on that.
    """

    @property
    @abstractmethod
    def value_range(self) -> tuple[float, float]: ...

    @property
    @abstractmethod
    def label_dataset(self) -> DigitImages:
        """The same digits at their native size in (0, 1), so that all recipes over them share one classifier."""

    @property
    def mode_count(self) -> int:
        return 10

    def open(self, arrays: Arrays, split: Split, device: torch.device) -> ImageSamples:
        return ImageSamples(arrays[f"{split}_images"], arrays[f"{split}_labels"], self.value_range, device)


def shuffled_classes(labels: np.ndarray, seed: int) -> list[np.ndarray]:
    """For each of the classes 0..9 the indices of its images, in an order that depends on seed and class alone."""
    return [
        generator(seed, Purpose.DATASET, step=label).permutation(np.flatnonzero(labels == label)) for label in range(10)
    ]
