"""Digits of which some classes are nearly absent: does a method still generate them?"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.digit_images import DigitImages, shuffled_classes
from ganpipe.data.origin import Origin
from ganpipe.errors import GanpipeError


class Imbalanced(DigitImages):
    """The training images of ``base`` with few examples of the first ``rare_classes`` digits; the test split is whole.

    PresGAN's D_k (its Table 6) has ``rare_classes = k - 1``. The examples of a class are the first ones of one seeded
    shuffle, whatever the other settings, so D_10 is contained in D_9, and so on.
    """

    kind: Literal["imbalanced"] = "imbalanced"
    source: ClassVar[str] = "PresGAN, section 7.2 and table 6"

    base: DigitImages
    rare_classes: int = Field(ge=0, le=9)
    common_count: int = Field(5_000, gt=0)
    rare_count: int = Field(5, gt=0)
    seed: int = Field(0, ge=0)

    @property
    def class_counts(self) -> list[int]:
        """Training images of each digit, 0 to 9."""
        return self.rare_classes * [self.rare_count] + (10 - self.rare_classes) * [self.common_count]

    @property
    def origin(self) -> Origin | None:
        return self.base.origin

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return self.base.sample_shape

    @property
    def value_range(self) -> tuple[float, float]:
        return self.base.value_range

    @property
    def label_dataset(self) -> DigitImages:
        return self.base.label_dataset

    def identity_extras(self) -> dict[str, object]:
        return {}  # the base names its sources

    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        arrays = self.base.prepare(raw)
        chosen = []
        classes = shuffled_classes(arrays["train_labels"], self.seed)
        for digit, (indices, count) in enumerate(zip(classes, self.class_counts, strict=True)):
            if count > len(indices):
                raise GanpipeError(f"imbalanced: {count} images of digit {digit} are asked for, {len(indices)} exist")
            chosen.append(indices[:count])
        kept = np.sort(np.concatenate(chosen))
        return arrays | {name: arrays[name][kept] for name in ("train_images", "train_labels")}
