"""What the recipes for photographs have in common: they are prepared in pieces, and opened alike."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganpipe.data.dataset import Arrays, Dataset, Split
from ganpipe.data.pixel_range import PixelRange
from ganpipe.data.samples import ImageSamples
from ganpipe.data.stand_ins import FromFiles

if TYPE_CHECKING:
    import torch


class ColourImages(FromFiles, Dataset):
    """Images of red, green and blue.

    ``stream`` of every kind below gives, for split in train and test, ``<split>_images`` uint8 [n, 3, height, width]
    and, where classes are known, ``<split>_labels`` uint8 [n].
    """

    pixel_range: PixelRange = (-1.0, 1.0)

    @property
    def value_range(self) -> tuple[float, float]:
        return self.pixel_range

    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        pieces: dict[str, list[np.ndarray]] = {}
        for name, piece in self.stream(raw):
            pieces.setdefault(name, []).append(piece)
        return {name: np.concatenate(rows) for name, rows in pieces.items()}

    def open(self, arrays: Arrays, split: Split, device: torch.device) -> ImageSamples:
        return ImageSamples(arrays[f"{split}_images"], arrays.get(f"{split}_labels"), self.value_range, device)
