"""Three digits as the channels of one image: 1000 modes that a classifier of single digits can name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Arrays, Dataset, Split
from ganpipe.data.digit_images import DigitImages
from ganpipe.data.origin import Origin
from ganpipe.data.samples import ImageSamples, StackedSamples
from ganpipe.randomness import Purpose, generator

if TYPE_CHECKING:
    import torch


class Stacked(Dataset):
    """Each channel is an image drawn independently from ``base``; the mode is d0 + 10 d1 + 100 d2.

    Only the pool of single digits is stored, and the index triples where they are fixed.
    """

    kind: Literal["stacked"] = "stacked"
    source: ClassVar[str] = "Unrolled GAN; PacGAN, section 4.2"

    base: DigitImages

    pool: Literal["train", "all"] = "train"
    """The digits that are stacked: each split's own, or those of both splits together in both."""

    count: int | None = Field(None, gt=0)
    """Number of training images, chosen once; None to draw them on the fly."""

    test_count: int = Field(10_000, gt=0)
    seed: int = Field(0, ge=0)

    @property
    def origin(self) -> Origin | None:
        return self.base.origin

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (3, *self.base.sample_shape[1:])

    @property
    def value_range(self) -> tuple[float, float]:
        return self.base.value_range

    @property
    def mode_count(self) -> int:
        return 1000

    @property
    def label_dataset(self) -> DigitImages:
        return self.base.label_dataset

    def identity_extras(self) -> dict[str, object]:
        return {}  # the base names its sources

    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        arrays = self.base.prepare(raw)
        if self.pool == "all":
            arrays = {
                f"all_{what}": np.concatenate([arrays[f"train_{what}"], arrays[f"test_{what}"]])
                for what in ("images", "labels")
            }
        for step, (split, count) in enumerate((("train", self.count), ("test", self.test_count))):
            if count is not None:
                rng = generator(self.seed, Purpose.DATASET, step)
                size = len(arrays[f"{self._pool(split)}_labels"])
                arrays[f"{split}_triples"] = rng.integers(size, size=(count, 3), dtype=np.int32)
        return arrays

    def open(self, arrays: Arrays, split: Split, device: torch.device) -> StackedSamples:
        pool = self._pool(split)
        digits = ImageSamples(arrays[f"{pool}_images"], arrays[f"{pool}_labels"], self.value_range, device)
        return StackedSamples(digits, arrays.get(f"{split}_triples"))

    def _pool(self, split: str) -> str:
        return "all" if self.pool == "all" else split
