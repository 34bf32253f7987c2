from __future__ import annotations

import numpy as np
import pytest

from ganpipe.evaluation.estimators.kernel_distance import kernel_distance, squared_discrepancy


def by_loops(x: np.ndarray, y: np.ndarray) -> float:
    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float((a @ b / len(a) + 1) ** 3)

    n, m = len(x), len(y)
    within_x = sum(kernel(x[i], x[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    within_y = sum(kernel(y[i], y[j]) for i in range(m) for j in range(m) if i != j) / (m * (m - 1))
    return within_x + within_y - 2 * sum(kernel(a, b) for a in x for b in y) / (n * m)


def test_agrees_with_plain_loops() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((9, 4)).astype(np.float32), rng.standard_normal((7, 4)) + 0.5
    assert squared_discrepancy(x, y) == pytest.approx(by_loops(x.astype(np.float64), y), rel=1e-12)


def test_blocks_are_disjoint_and_their_spread_is_the_error() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((25, 4)), rng.standard_normal((33, 4))
    blocks = [by_loops(x[start : start + 10], y[start : start + 10]) for start in (0, 10)]
    result = kernel_distance(x, y, block=10)
    assert result.value == pytest.approx(np.mean(blocks), rel=1e-10)
    assert result.error == pytest.approx(abs(blocks[0] - blocks[1]) / 2, rel=1e-9)


def test_small_sets_make_one_block_without_an_error() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((6, 3)), rng.standard_normal((9, 3))
    result = kernel_distance(x, y)
    assert result.error is None
    assert result.value == pytest.approx(by_loops(x, y[:6]), rel=1e-10)


def test_is_unbiased_whatever_the_number_of_samples() -> None:
    """Equal distributions score 0 on average, above and below; a shift scores what its kernel means say."""
    rng = np.random.default_rng(0)
    values = [squared_discrepancy(rng.standard_normal((8, 2)), rng.standard_normal((8, 2))) for _ in range(4000)]
    assert np.mean(values) == pytest.approx(0, abs=4 * np.std(values) / np.sqrt(4000))
    assert min(values) < 0
    # In one dimension with x = 0 and y = 1 always: k(0,0) + k(1,1) - 2 k(0,1) = 1 + 8 - 2.
    assert squared_discrepancy(np.zeros((3, 1)), np.ones((4, 1))) == pytest.approx(7)


def test_constant_features_are_no_special_case() -> None:
    assert kernel_distance(np.full((5, 3), 2.0), np.full((5, 3), 2.0)).value == pytest.approx(0)
    with pytest.raises(ValueError, match="at least two samples"):
        kernel_distance(np.ones((1, 3)), np.ones((5, 3)))
