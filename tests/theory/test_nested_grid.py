from __future__ import annotations

import numpy as np
import pytest

from ganpipe.theory.nested_grid import minimise


def test_a_kink_between_grid_points_is_found() -> None:
    place, value = minimise(lambda x: np.abs(x[:, 0] - 1 / np.pi), 1, 33)
    assert place[0] == pytest.approx(1 / np.pi, abs=1e-9)
    assert value == pytest.approx(0.0, abs=1e-9)


def test_the_deeper_of_two_valleys_in_the_plane() -> None:
    deep, shallow = np.array([0.137, 0.861]), np.array([0.72, 0.29])

    def valleys(x: np.ndarray) -> np.ndarray:
        return np.minimum(np.sum((x - deep) ** 2, axis=1) - 0.01, np.sum((x - shallow) ** 2, axis=1))

    place, value = minimise(valleys, 2, 33)
    assert place == pytest.approx(deep, abs=1e-6)
    assert value == pytest.approx(-0.01, abs=1e-12)


def test_it_stays_in_the_cube() -> None:
    place, value = minimise(lambda x: x[:, 0] - x[:, 1], 2, 9)
    assert place.tolist() == [0.0, 1.0]
    assert value == -1.0
