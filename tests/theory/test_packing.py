from __future__ import annotations

import numpy as np
import pytest

from ganpipe.theory.mode_collapse import in_region, largest_delta
from ganpipe.theory.packing import (
    Bound,
    inner1,
    inner2,
    outer1,
    unconstrained,
    with_mode_collapse,
    without_mode_collapse,
)
from ganpipe.theory.total_variation import packed_total_variation, total_variation


def random_pairs(rng: np.random.Generator, tau: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs on four atoms with d_TV = tau: P = tau A + (1 - tau) C, Q = tau B + (1 - tau) C, A and B disjoint."""
    only_p, only_q = rng.dirichlet(np.full(4, 0.7), size=(2, count))
    split = np.arange(4) < rng.integers(1, 4, size=(count, 1))
    only_p, only_q = np.where(split, only_p, 0), np.where(split, 0, only_q)
    shared = rng.dirichlet(np.full(4, 0.4), size=count)
    # Every other pair shares nothing on its first atom, so that Q can miss a part of P altogether.
    shared[::2, 0] = 0
    only_p, only_q, shared = (each / each.sum(axis=1, keepdims=True) for each in (only_p, only_q, shared))
    return tau * only_p + (1 - tau) * shared, tau * only_q + (1 - tau) * shared


def heights(p: np.ndarray, q: np.ndarray, epsilon: float) -> np.ndarray:
    return np.array([float(largest_delta(*pair, epsilon)) for pair in zip(p, q, strict=True)])


def assert_attained(bound: Bound, tau: float, m: int) -> None:
    assert total_variation(bound.p, bound.q) == pytest.approx(tau, abs=1e-9)
    assert packed_total_variation(bound.p, bound.q, m) == pytest.approx(bound.value, abs=1e-12)


@pytest.mark.parametrize(
    ("m", "lower", "with_collapse", "upper"),
    [
        (1, 0.11, 0.11, 0.11),
        (2, 0.11, 0.19158, 0.2079),
        (3, 0.14635, 0.27171, 0.29503),
        (5, 0.18892, 0.40970, 0.44159),
        (10, 0.26638, 0.65133, 0.68818),
    ],
)
def test_left_and_middle_of_figure_3(m: int, lower: float, with_collapse: float, upper: float) -> None:
    whole, collapsed = unconstrained(0.11, m), with_mode_collapse(0.11, 0.0, 0.1, m)
    # The lower ends on record come from a grid, so they may lie above the minimum by its step and never below.
    for found, recorded in ((whole.lower.value, lower), (collapsed.lower.value, with_collapse)):
        assert recorded - 1e-4 < found < recorded + 6e-6
    assert whole.upper.value == pytest.approx(upper, abs=6e-6)
    assert collapsed.upper.value == whole.upper.value == pytest.approx(1 - 0.89**m, abs=1e-14)


@pytest.mark.parametrize(("m", "upper"), [(1, 0.11), (2, 0.16173), (3, 0.19161), (4, 0.22261), (5, 0.24866)])
def test_right_of_figure_3(m: int, upper: float) -> None:
    found = without_mode_collapse(0.11, 0.07, 0.1, m)
    assert upper - 6e-6 < found.upper.value < upper + 1e-4
    assert found.lower.value == pytest.approx(unconstrained(0.11, m).lower.value, abs=1e-9)


# In the second the constraint binds below, and above the optimum lies inside the triangle.
@pytest.mark.parametrize(("tau", "epsilon", "delta", "m"), [(0.2, 0.1, 0.2, 6), (0.3, 0.22, 0.41, 3)])
def test_theorem_3_is_searched_no_worse_than_by_plain_grids(tau: float, epsilon: float, delta: float, m: int) -> None:
    low = epsilon * tau / (delta - epsilon)
    alpha, beta = (each.ravel() for each in np.meshgrid(*[np.linspace(low, 1 - tau - low, 201)] * 2))
    inside = alpha + beta <= 1 - tau + 1e-12
    plain = packed_total_variation(*outer1(alpha[inside], beta[inside], tau, epsilon, delta), m).max()
    found = without_mode_collapse(tau, epsilon, delta, m)
    assert plain - 1e-12 <= found.upper.value < plain + 1e-3
    line = np.linspace(low, 1 - delta * tau / (delta - epsilon), 2001)
    lowest = packed_total_variation(*inner2(line, tau), m).min()
    assert lowest - 1e-3 < found.lower.value <= lowest + 1e-12


@pytest.mark.parametrize("m", [2, 3, 6])
@pytest.mark.parametrize("tau", [0.0, 0.11, 0.6, 1.0])
def test_no_pair_leaves_the_unconstrained_range(tau: float, m: int) -> None:
    found = unconstrained(tau, m)
    values = packed_total_variation(*random_pairs(np.random.default_rng(0), tau, 4000), m)
    assert values.min() >= found.lower.value - 1e-9
    assert values.max() <= found.upper.value + 1e-9
    for bound in (found.lower, found.upper):
        assert_attained(bound, tau, m)


COLLAPSES = [
    (0.11, 0.0, 0.1, 3),
    (0.11, 0.07, 0.1, 3),
    (0.5, 0.1, 0.4, 2),
    # The printed theorem is too low for the rest: (epsilon, delta) is above the right edge of its minimiser's region.
    (0.124, 0.3, 0.423, 4),
    (0.112, 0.822, 0.89, 2),
    (0.053, 0.787, 0.833, 5),
]


@pytest.mark.parametrize(("tau", "epsilon", "delta", "m"), COLLAPSES)
def test_pairs_with_mode_collapse_stay_in_the_range_of_theorem_2(
    tau: float, epsilon: float, delta: float, m: int
) -> None:
    found = with_mode_collapse(tau, epsilon, delta, m)
    p, q = random_pairs(np.random.default_rng(1), tau, 4000)
    collapsed = heights(p, q, epsilon) >= delta
    assert collapsed.any()
    values = packed_total_variation(p, q, m)[collapsed]
    assert values.min() >= found.lower.value - 1e-9
    assert values.max() <= found.upper.value + 1e-9
    for bound in (found.lower, found.upper):
        assert_attained(bound, tau, m)
        assert largest_delta(bound.p, bound.q, epsilon) >= delta - 1e-7


def test_exchanging_the_roles_changes_nothing_in_theorem_2() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        epsilon, delta = np.sort(rng.random(2))
        tau = min(1.0, (delta - epsilon) * (1 + rng.exponential(0.3)))
        here, there = with_mode_collapse(tau, epsilon, delta, 4), with_mode_collapse(tau, 1 - delta, 1 - epsilon, 4)
        assert here.lower.value == pytest.approx(there.lower.value, abs=1e-7)


def test_where_the_printed_theorem_2_is_too_low() -> None:
    tau, epsilon, delta, m = 0.124, 0.3, 0.423, 4
    border = 1 - tau * delta / (delta - epsilon)
    first = inner1(np.linspace(0, border, 2001), tau, epsilon, delta)
    second = inner2(np.linspace(border, 1 - tau, 2001), tau)
    values = [packed_total_variation(*pairs, m) for pairs in (first, second)]
    lowest = second[0][values[1].argmin()], second[1][values[1].argmin()]
    assert values[1].min() < values[0].min() - 1e-3
    assert values[1].min() < with_mode_collapse(tau, epsilon, delta, m).lower.value - 1e-3
    # The pair that the printed minimum takes does not have the mode collapse.
    assert not in_region(*lowest, epsilon, delta)


@pytest.mark.parametrize(
    ("tau", "epsilon", "delta", "m"),
    [(0.11, 0.07, 0.1, 3), (0.2, 0.1, 0.2, 4), (0.3, 0.0, 0.2, 2), (0.26, 0.22, 0.41, 3)],
)
def test_pairs_without_mode_collapse_stay_in_the_range_of_theorem_3(
    tau: float, epsilon: float, delta: float, m: int
) -> None:
    found = without_mode_collapse(tau, epsilon, delta, m)
    p, q = random_pairs(np.random.default_rng(3), tau, 6000)
    healthy = (heights(p, q, epsilon) < delta) & (heights(q, p, epsilon) < delta)
    assert healthy.any()
    values = packed_total_variation(p, q, m)[healthy]
    assert values.min() >= found.lower.value - 1e-9
    assert values.max() <= found.upper.value + 1e-9
    for bound in (found.lower, found.upper):
        assert_attained(bound, tau, m)
        # The extremes are limits: they touch (epsilon, delta) and do not pass it, but for epsilon = 0, where the atom
        # that Q misses grows when another one's mass reaches zero.
        assert (
            epsilon == 0
            or max(largest_delta(bound.p, bound.q, epsilon), largest_delta(bound.q, bound.p, epsilon)) <= delta + 1e-7
        )


def test_why_theorem_3_is_refused_for_small_tau() -> None:
    tau, epsilon, delta, m = 0.05, 0.3, 0.34, 3
    p, q = np.array([0.05, 0.95, 0.0]), np.array([0.0, 0.985, 0.015])
    assert total_variation(p, q) == pytest.approx(tau)
    assert not in_region(p, q, epsilon, delta)
    assert not in_region(q, p, epsilon, delta)
    low = epsilon * tau / (delta - epsilon)
    alpha, beta = (each.ravel() for each in np.meshgrid(*[np.linspace(low, 1 - tau - low, 101)] * 2))
    inside = alpha + beta <= 1 - tau
    printed = packed_total_variation(*outer1(alpha[inside], beta[inside], tau, epsilon, delta), m).max()
    assert packed_total_variation(p, q, m) > printed + 0.01


def test_the_families_are_distributions_at_the_given_distance() -> None:
    tau, epsilon, delta = 0.2, 0.1, 0.25
    alpha = np.linspace(0.2, 0.3, 5)
    for p, q in (inner1(alpha, tau, epsilon, delta), inner2(alpha, tau), outer1(alpha, alpha, tau, epsilon, delta)):
        assert total_variation(p, q) == pytest.approx(np.full(5, tau))


def test_the_second_entry_of_outer1_is_the_printed_one() -> None:
    alpha, beta, tau, epsilon, delta = np.array([0.31]), np.array([0.27]), 0.11, 0.07, 0.1
    p, q = outer1(alpha, beta, tau, epsilon, delta)
    assert p[:, 1] == pytest.approx(alpha * (alpha + tau - delta) / (alpha - epsilon))
    assert q[:, 3] == pytest.approx(beta * (beta + tau - delta) / (beta - epsilon))


def test_the_removable_points_of_outer1_are_limits() -> None:
    for epsilon, delta, tau in ((0.0, 0.1, 0.3), (0.2, 0.3, 0.1)):
        at, near = (outer1(np.array([epsilon + step]), np.array([0.4]), tau, epsilon, delta) for step in (0.0, 1e-7))
        for here, there in zip(at, near, strict=True):
            assert here == pytest.approx(there, abs=1e-5)
    # Theorem 3 at the lower end of its range meets both points, and gives an answer.
    assert without_mode_collapse(0.1, 0.0, 0.1, 2).upper.value > 0.1


@pytest.mark.parametrize(
    ("tau", "epsilon", "delta", "problem"),
    [
        (1.1, 0.0, 0.1, "tau: expected a total variation"),
        (0.1, 0.2, 0.2, "0 <= epsilon < delta <= 1"),
        (0.1, 0.6, 0.7, "delta \\+ epsilon <= 1, got 1.3"),
        (0.05, 0.0, 0.1, "tau >= delta - epsilon, got 0.05 < 0.1: no pair has the mode collapse"),
        (0.05, 0.3, 0.34, "wrong for tau < \\(delta - epsilon\\) / \\(1 - epsilon\\), got 0.05 < 0.0571"),
        (0.5, 0.1, 0.2, "tau <= \\(delta - epsilon\\) / \\(delta \\+ epsilon\\), got 0.5 > 0.333"),
    ],
)
def test_theorem_3_names_the_condition_that_fails(tau: float, epsilon: float, delta: float, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        without_mode_collapse(tau, epsilon, delta, 2)


def test_theorem_2_names_the_condition_that_fails() -> None:
    with pytest.raises(
        ValueError, match=r"tau >= delta - epsilon, got 0.05 < 0.1: no pair with total variation 0.05 has"
    ):
        with_mode_collapse(0.05, 0.0, 0.1, 2)
    with pytest.raises(ValueError, match=r"0 <= epsilon < delta <= 1, got epsilon 0\.2 and delta 0\.1"):
        with_mode_collapse(0.5, 0.2, 0.1, 2)
    with pytest.raises(ValueError, match="m: expected at least one"):
        unconstrained(0.5, 0)
    # 0.2 - 0.05 is more than 0.15 by rounding, and that is no failed condition.
    assert with_mode_collapse(0.15, 0.05, 0.2, 1).lower.value == pytest.approx(0.15)
