"""Counted randomness: every random number is a function of (seed, purpose, step), so no generator state is ever saved.

Numbers come from NumPy's Philox, a counter-based generator: two different (seed, purpose, step, draw) address disjoint
blocks of its period. They are drawn on the host and moved, so a run sees the same numbers on a CPU and on a GPU.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np


class Purpose(IntEnum):
    """What the numbers are for. The values are part of every run's identity: never renumber, only append."""

    INITIALISATION = 0
    REAL = 1
    LATENT = 2
    EVALUATION = 3
    DATASET = 4
    CLASSIFIER = 5
    BOOTSTRAP = 6
    PLAN = 7


def generator(seed: int, purpose: Purpose, step: int = 0, draw: int = 0) -> np.random.Generator:
    """The generator that belongs to one draw of one step.

    Args:
        seed: seed of the run (or dataset, or classifier), 0 <= seed < 2^64.
        purpose: keeps the streams of one seed apart.
        step: training step or any other count, 0 <= step < 2^64.
        draw: index of the draw within the step.
    """
    key = np.array([seed, purpose], dtype=np.uint64)
    counter = np.array([0, 0, draw, step], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=counter))
