"""How the total variation between target and generator can grow under packing (PacGAN, section 3).

Among all pairs (P, Q) with d_TV(P, Q) = tau, what are the smallest and the largest d_TV(P^m, Q^m): of any pair, of
pairs with (epsilon, delta)-mode collapse (Theorem 2), and of pairs without it in either direction (Theorem 3)?
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganpipe.theory.nested_grid import minimise
from ganpipe.theory.total_variation import packed_total_variation

Array = NDArray[np.float64]
Pairs = tuple[Array, Array]
"""P and Q, both [..., atoms]."""

LINE_POINTS, SQUARE_POINTS = 257, 65
"""Points an axis of the first grid, with one free parameter and with two."""
ROUNDING = 1e-12
"""By how much a condition may fail: 0.2 - 0.05 is more than 0.15."""


@dataclass(frozen=True)
class Bound:
    """An extreme value of d_TV(P^m, Q^m) and a pair of distributions that attains it.

    Attributes:
        p, q: [atoms].
    """

    value: float
    p: Array
    q: Array


@dataclass(frozen=True)
class Evolution:
    """The range of d_TV(P^m, Q^m) over a family of pairs with the same d_TV(P, Q)."""

    lower: Bound
    upper: Bound


def unconstrained(tau: float, m: int) -> Evolution:
    """Over all pairs with d_TV(P, Q) = tau (Theorem 4, in the paper's appendix).

    The upper end is 1 - (1 - tau)^m; the lower one is the minimum over 0 <= alpha <= 1 - tau of two-atom pairs.

    Args:
        tau: in [0, 1].
        m: degree of packing, at least 1.

    Raises:
        ValueError: tau or m out of range.
    """
    _require_tau(tau)
    return Evolution(_least(lambda alpha: inner2(alpha, tau), 0.0, 1 - tau, m), _disjoint(tau, m))


def with_mode_collapse(tau: float, epsilon: float, delta: float, m: int) -> Evolution:
    """Over the pairs with d_TV(P, Q) = tau and (epsilon, delta)-mode collapse: Theorem 2.

    The upper end is 1 - (1 - tau)^m. The lower one is the least over three families, as (epsilon, delta) lies above the
    left edge, below both, or above the right edge of the pair's mode-collapse region. With
    border = 1 - tau delta / (delta - epsilon) and mirrored = 1 - tau (1 - epsilon) / (delta - epsilon), they are
    ``inner1`` with 0 <= alpha <= border, ``inner2`` with border <= alpha <= 1 - tau - mirrored, and ``inner1`` for
    (1 - delta, 1 - epsilon) with P and Q exchanged and 0 <= alpha <= mirrored.

    The printed theorem has the first two only, and inner2 up to alpha = 1 - tau. That is the same where
    tau >= (delta - epsilon) / (1 - epsilon), as for epsilon = 0; elsewhere it admits pairs that lack the mode collapse,
    and its minimum can be too low.

    Args:
        tau: delta - epsilon <= tau <= 1.
        epsilon, delta: 0 <= epsilon < delta <= 1.
        m: degree of packing, at least 1.

    Raises:
        ValueError: names the condition that fails; with tau < delta - epsilon there is no such pair.
    """
    _require_tau(tau)
    _require_collapse(epsilon, delta)
    gap = delta - epsilon
    if tau < gap - ROUNDING:
        raise ValueError(
            f"Theorem 2 needs tau >= delta - epsilon, got {tau:g} < {gap:g}: "
            f"no pair with total variation {tau:g} has ({epsilon:g}, {delta:g})-mode collapse"
        )
    # Rounding can put a border above the end of its range where tau = delta - epsilon.
    border = min(1 - tau * delta / gap, 1 - tau - epsilon)
    mirrored = min(1 - tau * (1 - epsilon) / gap, delta - tau)
    low, high = max(border, 0.0), 1 - tau - max(mirrored, 0.0)
    found = [_least(lambda alpha: inner2(alpha, tau), low, max(low, high), m)]
    if border >= 0:
        found.append(_least(lambda alpha: inner1(alpha, tau, epsilon, delta), 0.0, border, m))
    if mirrored >= 0:
        found.append(_least(lambda alpha: inner1(alpha, tau, 1 - delta, 1 - epsilon)[::-1], 0.0, mirrored, m))
    return Evolution(min(found, key=lambda bound: bound.value), _disjoint(tau, m))


def without_mode_collapse(tau: float, epsilon: float, delta: float, m: int) -> Evolution:
    """Over the pairs with d_TV(P, Q) = tau without (epsilon, delta)-mode collapse of (P, Q) or of (Q, P): Theorem 3.

    With low = epsilon tau / (delta - epsilon), the upper end is the maximum over ``outer1`` with alpha, beta >= low and
    alpha + beta <= 1 - tau, the lower one the minimum over ``inner2`` with low <= alpha <= 1 - delta tau /
    (delta - epsilon). The extremes touch (epsilon, delta), so they are limits of pairs without the mode collapse.

    Args:
        tau: (delta - epsilon) / (1 - epsilon) <= tau <= (delta - epsilon) / (delta + epsilon). The printed condition
            is tau >= delta - epsilon, but below the limit given here there are pairs outside the printed range.
        epsilon, delta: 0 <= epsilon < delta <= 1 with delta + epsilon <= 1.
        m: degree of packing, at least 1.

    Raises:
        ValueError: names the condition that fails. The paper treats the other ranges in its appendix only.
    """
    _require_tau(tau)
    _require_collapse(epsilon, delta)
    gap = delta - epsilon
    if delta + epsilon > 1 + ROUNDING:
        raise ValueError(f"Theorem 3 needs delta + epsilon <= 1, got {delta + epsilon:g}")
    if tau < gap - ROUNDING:
        raise ValueError(
            f"Theorem 3 needs tau >= delta - epsilon, got {tau:g} < {gap:g}: "
            "no pair has the mode collapse, so the unconstrained bounds hold"
        )
    if tau < gap / (1 - epsilon) - ROUNDING:
        raise ValueError(
            f"Theorem 3 as printed is wrong for tau < (delta - epsilon) / (1 - epsilon), got {tau:g} < "
            f"{gap / (1 - epsilon):g}: it leaves out pairs whose first atom has Q = 0 and P = tau"
        )
    if tau > gap / (delta + epsilon) + ROUNDING:
        raise ValueError(
            f"Theorem 3 needs tau <= (delta - epsilon) / (delta + epsilon), got {tau:g} > {gap / (delta + epsilon):g}"
        )
    low = epsilon * tau / gap
    lower = _least(lambda alpha: inner2(alpha, tau), low, max(low, 1 - delta * tau / gap), m)

    def pairs(place: Array) -> Pairs:
        # The unit square onto the triangle of admissible (alpha, beta).
        alpha = low + place[:, 0] * max(1 - tau - 2 * low, 0.0)
        beta = low + place[:, 1] * np.maximum(1 - tau - low - alpha, 0.0)
        return outer1(alpha, beta, tau, epsilon, delta)

    place, value = minimise(lambda places: -packed_total_variation(*pairs(places), m), 2, SQUARE_POINTS)
    (p,), (q,) = pairs(place[None])
    return Evolution(lower, Bound(-value, p, q))


def inner1(alpha: Array, tau: float, epsilon: float, delta: float) -> Pairs:
    """P_inner1 = [delta, 1 - alpha - delta, alpha], Q_inner1 = [epsilon, 1 - alpha - tau - epsilon, alpha + tau]."""
    p = np.stack([np.full_like(alpha, delta), 1 - alpha - delta, alpha], axis=-1)
    q = np.stack([np.full_like(alpha, epsilon), 1 - alpha - tau - epsilon, alpha + tau], axis=-1)
    return p, q


def inner2(alpha: Array, tau: float) -> Pairs:
    """P_inner2 = [1 - alpha, alpha], Q_inner2 = [1 - alpha - tau, alpha + tau]."""
    return np.stack([1 - alpha, alpha], axis=-1), np.stack([1 - alpha - tau, alpha + tau], axis=-1)


def outer1(alpha: Array, beta: Array, tau: float, epsilon: float, delta: float) -> Pairs:
    """P_outer1 = [a, alpha + tau - a, 1 - tau - alpha - beta, beta, 0], Q_outer1 the same from the other end.

    a = (alpha (delta - epsilon) - epsilon tau) / (alpha - epsilon), for Q with beta in the place of alpha. The printed
    second entry alpha (alpha + tau - delta) / (alpha - epsilon) is alpha + tau - a. At alpha = epsilon, which the
    theorem admits only where epsilon = 0 or tau = delta - epsilon, the limit is taken.
    """
    rest = 1 - tau - alpha - beta
    a, b = (_outermost(each, tau, epsilon, delta) for each in (alpha, beta))
    p = np.stack([a, alpha + tau - a, rest, beta, np.zeros_like(alpha)], axis=-1)
    q = np.stack([np.zeros_like(alpha), alpha, rest, beta + tau - b, b], axis=-1)
    return p, q


def _outermost(alpha: Array, tau: float, epsilon: float, delta: float) -> Array:
    at_limit = np.abs(alpha - epsilon) < ROUNDING
    above = np.where(at_limit, 1.0, alpha - epsilon)
    result: Array = np.where(at_limit, delta - epsilon, (alpha * (delta - epsilon) - epsilon * tau) / above)
    return result


def _least(pairs: Callable[[Array], Pairs], low: float, high: float, m: int) -> Bound:
    """The smallest d_TV(P^m, Q^m) of a family with one parameter between ``low`` and ``high``."""

    def at(place: Array) -> Pairs:
        return pairs(low + place[:, 0] * (high - low))

    place, value = minimise(lambda places: packed_total_variation(*at(places), m), 1, LINE_POINTS)
    (p,), (q,) = at(place[None])
    return Bound(value, p, q)


def _disjoint(tau: float, m: int) -> Bound:
    """P and Q that share 1 - tau of their mass and are disjoint otherwise: 1 - (1 - tau)^m, the largest there is."""
    p, q = np.array([tau, 1 - tau, 0.0]), np.array([0.0, 1 - tau, tau])
    return Bound(float(-np.expm1(m * np.log1p(-tau))) if tau < 1 else 1.0, p, q)


def _require_tau(tau: float) -> None:
    if not 0 <= tau <= 1:
        raise ValueError(f"tau: expected a total variation between 0 and 1, got {tau:g}")


def _require_collapse(epsilon: float, delta: float) -> None:
    if not 0 <= epsilon < delta <= 1:
        raise ValueError(f"expected 0 <= epsilon < delta <= 1, got epsilon {epsilon:g} and delta {delta:g}")
