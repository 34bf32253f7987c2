"""Samples of a dataset whose files are not at hand, for finding out what work on them costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganpipe.data.dataset import Dataset, Samples
from ganpipe.data.samples import ImageSamples

if TYPE_CHECKING:
    import torch

COUNT = 256


def made_up(dataset: Dataset, device: torch.device) -> Samples:
    """The training split of a dataset that is computed here, and noise of its shape where files would be needed."""
    if dataset.origin is None:
        return dataset.open(dataset.prepare(None), "train", device)
    noise = np.random.default_rng(0).integers(256, size=(COUNT, *dataset.sample_shape), dtype=np.uint8)
    return ImageSamples(noise, None, dataset.value_range or (-1.0, 1.0), device)
