from __future__ import annotations

import numpy as np
import pytest
import torch

from ganpipe.data.made_up import made_up
from ganpipe.data.presets import PRESETS

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["ring8_pacgan", "digits", "mnist", "stacked_mnist_pacgan", "cifar10_64", "ffhq"])
def test_shape_and_range_are_the_datasets(name: str) -> None:
    dataset = PRESETS[name]
    batch = made_up(dataset, CPU).draw(np.random.default_rng(0), 300)
    assert batch.shape == (300, *dataset.sample_shape)
    assert batch.dtype == torch.float32
    if dataset.value_range is not None:
        assert (batch.min(), batch.max()) == dataset.value_range
