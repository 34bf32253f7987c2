from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from ganpipe.theory.total_variation import packed_total_variation, total_variation


def by_all_packs(p: np.ndarray, q: np.ndarray, m: int) -> float:
    """The sum over every ordered pack of m atoms."""
    packs = itertools.product(range(len(p)), repeat=m)
    return sum(abs(math.prod(p[i] for i in pack) - math.prod(q[i] for i in pack)) for pack in packs) / 2


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("atoms", [1, 2, 3, 5])
def test_count_vectors_give_the_sum_over_the_product_space(atoms: int, m: int) -> None:
    rng = np.random.default_rng(atoms)
    p, q = rng.dirichlet(np.ones(atoms), size=(2, 4))
    q[0, 0], q[0, -1] = 0.0, q[0, -1] + (q[0, 0] if atoms > 1 else 0.0)
    q /= q.sum(axis=-1, keepdims=True)
    expected = [by_all_packs(*pair, m) for pair in zip(p, q, strict=True)]
    assert packed_total_variation(p, q, m) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(
    ("p", "q", "expected"),
    [
        ([0.2, 0.8], [0.0, 1.0], [0.2, 0.36, 0.488, 0.5904, 0.67232]),
        ([0.5, 0.5], [0.3, 0.7], [0.2, 0.24, 0.284, 0.3392, 0.34072]),
    ],
)
def test_the_toy_example_under_packing(p: list[float], q: list[float], expected: list[float]) -> None:
    assert [float(packed_total_variation(p, q, m)) for m in range(1, 6)] == pytest.approx(expected, abs=1e-12)


def test_a_pack_of_one_is_the_plain_distance() -> None:
    rng = np.random.default_rng(0)
    p, q = rng.dirichlet(np.ones(4), size=(2, 3, 2))
    assert total_variation(p, q).shape == (3, 2)
    assert packed_total_variation(p, q, 1) == pytest.approx(total_variation(p, q), abs=1e-14)
    assert total_variation([1, 0], [0, 1]) == 1


def test_packs_of_a_thousand() -> None:
    p, q = np.array([0.2, 0.8]), np.array([0.0, 1.0])
    assert packed_total_variation(p, q, 20) == pytest.approx(1 - 0.8**20, rel=1e-12)
    # Two binomials whose means are 4 standard deviations apart: d_TV is that of two normals, 2 Phi(2) - 1.
    shift = 4 * math.sqrt(0.25 / 1000)
    value = packed_total_variation([0.5, 0.5], [0.5 - shift, 0.5 + shift], 1000)
    assert value == pytest.approx(math.erf(2 / math.sqrt(2)), abs=2e-3)


def test_many_pairs_are_the_same_as_one_by_one() -> None:
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(5), size=(2, 5000))
    together = packed_total_variation(p, q, 10)
    assert together[[0, 2500, 4999]] == pytest.approx(
        [float(packed_total_variation(p[i], q[i], 10)) for i in (0, 2500, 4999)], abs=1e-14
    )


@pytest.mark.parametrize(
    ("p", "q", "m", "problem"),
    [
        ([0.5, 0.6], [0.5, 0.5], 1, "p: a distribution needs"),
        ([0.5, 0.5], [-0.5, 1.5], 1, "q: a distribution needs"),
        ([0.5, 0.5], [float("nan"), 1.0], 1, "q: a distribution needs"),
        (1.0, 1.0, 1, "p: a distribution needs"),
        ([0.5, 0.5], [0.5, 0.5], 0, "m: expected at least one"),
        ([0.1] * 10, [0.1] * 10, 40, "count vectors"),
    ],
)
def test_what_is_refused(p: object, q: object, m: int, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        packed_total_variation(p, q, m)  # type: ignore[arg-type]
