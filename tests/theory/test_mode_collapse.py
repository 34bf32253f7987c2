from __future__ import annotations

import numpy as np
import pytest

from ganpipe.theory.mode_collapse import (
    TOY_GENERATORS,
    TOY_TARGET,
    StepDensity,
    atoms,
    has_mode_collapse,
    in_region,
    largest_delta,
    masses_of_sets,
    region_boundary,
)
from ganpipe.theory.total_variation import total_variation


@pytest.mark.parametrize(("name", "corner"), [("Q1", (0.0, 0.2)), ("Q2", (0.3, 0.5))])
def test_the_toy_example(name: str, corner: tuple[float, float]) -> None:
    p, q = atoms(TOY_TARGET, TOY_GENERATORS[name])
    assert total_variation(p, q) == pytest.approx(0.2)
    assert region_boundary(p, q) == pytest.approx(np.array([(0, 0), corner, (1, 1)]))


def test_only_one_of_the_two_has_lost_a_mode() -> None:
    lost, kept = (atoms(TOY_TARGET, TOY_GENERATORS[name]) for name in ("Q1", "Q2"))
    assert has_mode_collapse(*lost, 0.0, 0.2)
    assert not in_region(*lost, 0.0, 0.21)
    assert not in_region(*kept, 0.0, 0.01)
    assert has_mode_collapse(*kept, 0.3, 0.5)


def test_the_boundary_is_the_hull_of_all_sets() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        p, q = rng.dirichlet(np.full(5, 0.7), size=2)
        sets, corners = masses_of_sets(p, q), region_boundary(p, q)
        # No set lies above the boundary, and every corner is a set.
        assert (sets[:, 1] <= largest_delta(p, q, np.minimum(sets[:, 0], 1.0)) + 1e-12).all()
        assert np.abs(corners[:, None] - sets).max(axis=2).min(axis=1).max() < 1e-12
        slopes = np.diff(corners[:, 1]) / np.diff(corners[:, 0])
        assert (np.diff(slopes) < 0).all()
        assert (corners[:, 1] - corners[:, 0]).max() == pytest.approx(float(total_variation(p, q)), abs=1e-12)


def test_swapping_target_and_generator_mirrors_the_region() -> None:
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet(np.ones(6), size=2)
    assert region_boundary(q, p) == pytest.approx(1 - region_boundary(p, q)[::-1, ::-1])


def test_atoms_of_equal_ratio_or_no_mass_are_no_corners() -> None:
    corners = region_boundary([0.1, 0.3, 0.6, 0.0], [0.05, 0.15, 0.8, 0.0])
    assert corners == pytest.approx(np.array([(0, 0), (0.2, 0.4), (1, 1)]))
    assert region_boundary([0.5, 0.5], [0.5, 0.5]).tolist() == [[0, 0], [1, 1]]


def test_a_vertical_edge_counts_with_its_upper_end() -> None:
    p, q = [0.2, 0.8, 0.0], [0.0, 0.7, 0.3]
    assert largest_delta(p, q, [0.0, 0.35, 0.7, 1.0]) == pytest.approx([0.2, 0.6, 1.0, 1.0])


def test_whole_atoms_are_less_than_the_region() -> None:
    p, q = [0.6, 0.4], [0.4, 0.6]
    assert in_region(p, q, 0.2, 0.3)
    assert not has_mode_collapse(p, q, 0.2, 0.3)
    assert not in_region(p, q, 0.2, 0.31)
    assert has_mode_collapse(p, q, 0.4, 0.6)
    assert not has_mode_collapse(p, q, 0.39, 0.6)


def test_common_intervals_keep_the_mass() -> None:
    first, second = StepDensity((0, 0.25, 1), (2, 2 / 3)), StepDensity((0.5, 1.5), (1,))
    p, q = atoms(first, second)
    assert p == pytest.approx([0.5, 1 / 6, 1 / 3, 0.0])
    assert q == pytest.approx([0.0, 0.0, 0.5, 0.5])


@pytest.mark.parametrize(("epsilon", "delta"), [(0.3, 0.3), (-0.1, 0.3), (0.3, 1.1)])
def test_what_is_no_mode_collapse(epsilon: float, delta: float) -> None:
    for ask in (in_region, has_mode_collapse):
        with pytest.raises(ValueError, match="0 <= epsilon < delta <= 1"):
            ask([1.0], [1.0], epsilon, delta)


def test_what_else_is_refused() -> None:
    with pytest.raises(ValueError, match="too many sets"):
        masses_of_sets(np.full(21, 1 / 21), np.full(21, 1 / 21))
    with pytest.raises(ValueError, match="epsilon: expected values"):
        largest_delta([1.0], [1.0], 1.5)
