"""Where the numbers come from that an evaluation of likelihood draws for one run."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganpipe.evaluation.protocols.reference import Stream
from ganpipe.randomness import Purpose, generator


def stream(seed: int, what: Stream, index: int = 0) -> np.random.Generator:
    """The generator of a run for one thing: a step of the encoder's fit, or a test point."""
    return generator(seed, Purpose.EVALUATION, step=what, draw=index)


def normal(rng: np.random.Generator, shape: tuple[int, ...], device: torch.device) -> Tensor:
    """float32 of N(0, 1), drawn on the host, so that a GPU sees the same numbers."""
    return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32)).to(device)
