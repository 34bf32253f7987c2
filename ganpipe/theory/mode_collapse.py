"""Mode-collapse regions: how strongly a generator Q leaves out parts of a target P (PacGAN, Definition 1, Figure 2).

(P, Q) has (epsilon, delta)-mode collapse when a set S has P(S) >= delta and Q(S) <= epsilon. The region of a pair is
the convex hull of the (epsilon, delta) with delta > epsilon that it has. It is what lies above the diagonal and under
the curve of likelihood-ratio sets, the ROC curve of telling P from Q; its largest delta - epsilon is d_TV(P, Q).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ganpipe.theory.total_variation import distributions

Array = NDArray[np.float64]

ROUNDING = 1e-12
MOST_ATOMS = 20
"""Atoms of which all sets are still enumerated."""


def region_boundary(p: ArrayLike, q: ArrayLike) -> Array:
    """The corners (epsilon, delta) of the region's upper boundary, from (0, 0) to (1, 1).

    Atoms enter the set S in the order of falling p / q; atoms of equal ratio make one edge, atoms of no mass none.

    Args:
        p, q: distributions on k atoms, [k].

    Returns:
        [corners, 2]; a vertical first edge says that Q misses a part of P altogether.

    Raises:
        ValueError: no distributions.
    """
    target, generated = distributions(p, q)
    # The angle orders as the ratio does and is finite where q = 0.
    angle = np.arctan2(target, generated)
    some = (target > 0) | (generated > 0)
    corners = [np.zeros(2)]
    last = np.inf
    for atom in np.flatnonzero(some)[np.argsort(-angle[some], kind="stable")]:
        step = np.array([generated[atom], target[atom]])
        if last - angle[atom] < ROUNDING:
            corners[-1] = corners[-1] + step
        else:
            corners.append(corners[-1] + step)
            last = angle[atom]
    return np.minimum(np.stack(corners), 1.0)


def largest_delta(p: ArrayLike, q: ArrayLike, epsilon: ArrayLike) -> Array:
    """The height of the region at ``epsilon``: the most of P that a set of Q-mass ``epsilon`` can hold.

    Between corners it takes a part of an atom, or a coin to decide whether the set has it (Neyman and Pearson).

    Args:
        epsilon: in [0, 1], any shape.

    Raises:
        ValueError: no distributions, or epsilon out of range.
    """
    at = np.asarray(epsilon, dtype=np.float64)
    if not ((at >= 0) & (at <= 1)).all():
        raise ValueError("epsilon: expected values between 0 and 1")
    corners = region_boundary(p, q)
    # Of the two corners of a vertical edge the upper one counts.
    upper = corners[1:] if corners[1, 0] == 0 else corners
    return np.asarray(np.interp(at, upper[:, 0], upper[:, 1]), dtype=np.float64)


def in_region(p: ArrayLike, q: ArrayLike, epsilon: float, delta: float) -> bool:
    """Whether (epsilon, delta) lies in the mode-collapse region of (P, Q), its boundary included.

    Raises:
        ValueError: no distributions, or not 0 <= epsilon < delta <= 1.
    """
    _require(epsilon, delta)
    return bool(largest_delta(p, q, epsilon) >= delta - ROUNDING)


def has_mode_collapse(p: ArrayLike, q: ArrayLike, epsilon: float, delta: float) -> bool:
    """Definition 1 to the letter: whether a set of whole atoms has P(S) >= delta and Q(S) <= epsilon.

    Raises:
        ValueError: no distributions, more than ``MOST_ATOMS`` atoms, or not 0 <= epsilon < delta <= 1.
    """
    _require(epsilon, delta)
    missed, kept = masses_of_sets(p, q).T
    return bool(((missed <= epsilon + ROUNDING) & (kept >= delta - ROUNDING)).any())


def masses_of_sets(p: ArrayLike, q: ArrayLike) -> Array:
    """(Q(S), P(S)) of every set S of atoms, [2^k, 2].

    Raises:
        ValueError: no distributions, or more than ``MOST_ATOMS`` atoms.
    """
    target, generated = distributions(p, q)
    if len(target) > MOST_ATOMS:
        raise ValueError(f"{len(target)} atoms have too many sets; at most {MOST_ATOMS} are enumerated")
    member = (np.arange(2 ** len(target))[:, None] >> np.arange(len(target))) & 1
    return np.stack([member @ generated, member @ target], axis=1)


@dataclass(frozen=True)
class StepDensity:
    """A density on the line that is constant between edges and zero outside.

    Attributes:
        edges: rising, one more than there are steps.
        heights: of the steps; the area is one.
    """

    edges: tuple[float, ...]
    heights: tuple[float, ...]

    def masses(self, edges: Array) -> Array:
        """The probability of each interval between ``edges``, [len(edges) - 1]."""
        cumulative = np.concatenate([[0.0], np.cumsum(np.diff(self.edges) * self.heights)])
        return np.diff(np.interp(edges, self.edges, cumulative))


def atoms(first: StepDensity, second: StepDensity) -> tuple[Array, Array]:
    """Two step densities as distributions on their common intervals; nothing is lost for any d_TV or region."""
    edges = np.array(sorted({*first.edges, *second.edges}))
    return first.masses(edges), second.masses(edges)


TOY_TARGET = StepDensity((0.0, 1.0), (1.0,))
TOY_GENERATORS = {
    "Q1": StepDensity((0.2, 1.0), (1.25,)),
    "Q2": StepDensity((0.0, 0.5, 1.0), (0.6, 1.4)),
}
"""The example of Figure 2: both are at total variation 0.2 from the target, but only Q1 has lost a mode."""


def _require(epsilon: float, delta: float) -> None:
    if not 0 <= epsilon < delta <= 1:
        raise ValueError(f"expected 0 <= epsilon < delta <= 1, got epsilon {epsilon:g} and delta {delta:g}")
