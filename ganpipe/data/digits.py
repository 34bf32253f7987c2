"""The handwritten digits that scikit-learn bundles: real, 8x8, and no download."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.digit_images import DigitImages, shuffled_classes
from ganpipe.data.pixel_range import PixelRange


class Digits(DigitImages):
    """1,797 digits of 8x8 pixels (UCI optical recognition of handwritten digits, its test part).

    Each class is shuffled and a fifth of it is the test split, so both splits hold the classes in the same proportion.
    """

    kind: Literal["digits"] = "digits"
    source: ClassVar[str] = "scikit-learn, load_digits"

    pixel_range: PixelRange = (-1.0, 1.0)
    seed: int = Field(0, ge=0)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (1, 8, 8)

    @property
    def value_range(self) -> tuple[float, float]:
        return self.pixel_range

    @property
    def label_dataset(self) -> Digits:
        return Digits(pixel_range=(0.0, 1.0), seed=self.seed)

    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        from sklearn.datasets import load_digits  # here, because it takes a second that planning need not wait for

        bundled = load_digits()
        # 0..16 to 0..255, rounded in integers.
        images = ((bundled.images.astype(np.int64) * 255 + 8) // 16).astype(np.uint8)
        labels = bundled.target.astype(np.uint8)
        parts = [np.split(indices, [len(indices) // 5]) for indices in shuffled_classes(labels, self.seed)]
        arrays: dict[str, np.ndarray] = {}
        for split, part in (("train", 1), ("test", 0)):
            chosen = np.sort(np.concatenate([indices[part] for indices in parts]))
            arrays |= {f"{split}_images": images[chosen], f"{split}_labels": labels[chosen]}
        return arrays
