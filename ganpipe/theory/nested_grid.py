"""Minimisation over a cube by grids within grids: no derivatives, no starting point, the same result every time.

Total variations of products have kinks and plateaus, on which methods that follow derivatives stop too early.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STARTS = 8
"""Grid points around which the search goes on."""
FINE = 9
"""Points an axis of a finer grid, which spans one step of the coarser to either side."""
LEVELS = 14
"""Finer grids; each has a quarter of the step of the one before."""


def minimise(objective: Callable[[Array], Array], dimensions: int, points: int) -> tuple[Array, float]:
    """The lowest value that a function on [0, 1]^dimensions takes, found to a step of about 4e-9 / points.

    Args:
        objective: maps places [n, dimensions] to values [n].
        points: of the first grid, along each axis; it has to be fine enough to see every valley.

    Returns:
        The place [dimensions] and the value there.
    """
    grid = _cube(np.linspace(0.0, 1.0, points), dimensions)
    values = objective(grid)
    chosen = np.argsort(values, kind="stable")[:STARTS]
    centres, lowest = grid[chosen], values[chosen]
    step = 1.0 / (points - 1)
    for _ in range(LEVELS):
        around = _cube(np.linspace(-step, step, FINE), dimensions)
        places = np.clip(centres[:, None] + around, 0.0, 1.0)
        values = objective(places.reshape(-1, dimensions)).reshape(len(centres), -1)
        best = values.argmin(axis=1)
        rows = np.arange(len(centres))
        better = values[rows, best] < lowest
        centres = np.where(better[:, None], places[rows, best], centres)
        lowest = np.where(better, values[rows, best], lowest)
        step /= (FINE - 1) / 2
    winner = int(lowest.argmin())
    return centres[winner], float(lowest[winner])


def _cube(axis: Array, dimensions: int) -> Array:
    """All points whose coordinates are taken from ``axis``, [len(axis)^dimensions, dimensions]."""
    return np.stack(np.meshgrid(*[axis] * dimensions, indexing="ij"), axis=-1).reshape(-1, dimensions)
