"""Fidelity and coverage from nearest neighbours: precision, recall, density and coverage.

A set's manifold is the union of balls around its samples, each reaching its k-th nearest neighbour in the same set.
Kynkaanniemi et al., 2019: precision is the share of generated samples in the real manifold, recall the share of real
samples in the generated one. Naeem et al., 2020: density counts how many real balls hold a generated sample, in units
of k; coverage is the share of real balls that hold any. Density may exceed 1. Distances are computed in chunks of rows,
so memory is linear in the number of samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import lgamma

import numpy as np

CHUNK = 1024
"""Rows of a matrix of distances that are held at once."""
ROUNDING = 1e-12
"""Squared distances below this share of the squared norms are zero: float64 cannot tell, and features are float32."""


@dataclass(frozen=True)
class ManifoldScores:
    """The four scores, each >= 0; all but the density at most 1."""

    precision: float
    recall: float
    density: float
    coverage: float


def manifold_scores(real: np.ndarray, generated: np.ndarray, nearest: int = 5, chunk: int = CHUNK) -> ManifoldScores:
    """Precision, recall, density and coverage of ``generated`` with respect to ``real``.

    Args:
        real: features, [n, d].
        generated: features, [m, d].
        nearest: k, the neighbour that a ball reaches (its border included).

    Raises:
        ValueError: a set has no more than k samples.
    """
    if min(len(real), len(generated)) <= nearest:
        raise ValueError(f"balls to the {nearest}-th neighbour need more than {nearest} samples of each set")
    # Distances keep their value and lose less to rounding near the origin.
    centre = real.mean(axis=0, dtype=np.float64)
    real, generated = real - centre, generated - centre
    real_radii, generated_radii = _radii(real, nearest, chunk), _radii(generated, nearest, chunk)
    balls_around = np.zeros(len(generated))  # real balls that hold each generated sample
    recalled, covered = 0, 0
    for start, squared in _chunks(real, generated, chunk):
        held = squared <= real_radii[start : start + len(squared), None]
        balls_around += held.sum(axis=0)
        covered += int(held.any(axis=1).sum())
        recalled += int((squared <= generated_radii).any(axis=1).sum())
    return ManifoldScores(
        precision=float((balls_around > 0).mean()),
        recall=recalled / len(real),
        density=float(balls_around.mean() / nearest),
        coverage=covered / len(real),
    )


def expected_coverage(real: int, generated: int, nearest: int) -> float:
    """The coverage of an ideal sampler (Naeem et al., 2020, lemma 2).

    A ball is missed when the k nearest of all other samples, real and generated alike, are real.

    Args:
        real: number of real samples, more than ``nearest``.
        generated: number of generated samples.
    """
    others = real - 1
    log_missed = (
        lgamma(others + 1)
        - lgamma(others - nearest + 1)
        - lgamma(others + generated + 1)
        + lgamma(others + generated - nearest + 1)
    )
    return float(-np.expm1(log_missed))


def _radii(samples: np.ndarray, nearest: int, chunk: int) -> np.ndarray:
    """The squared distance of each sample to its k-th nearest neighbour; float64 [n]."""
    # The sample itself is the nearest of all.
    parts = [np.partition(squared, nearest, axis=1)[:, nearest] for _, squared in _chunks(samples, samples, chunk)]
    # A copy of that neighbour in the other set is on the border, and may come out a rounding error beyond it.
    slack = 2 * ROUNDING * np.einsum("ij,ij->i", samples, samples).max()
    return np.concatenate(parts) + slack  # type: ignore[no-any-return]


def _chunks(rows: np.ndarray, columns: np.ndarray, chunk: int) -> Iterator[tuple[int, np.ndarray]]:
    """Squared distances of some rows to all columns, float64 [<= chunk, m], with the number of the first row."""
    of_columns = np.einsum("ij,ij->i", columns, columns)
    for start in range(0, len(rows), chunk):
        part = rows[start : start + chunk]
        scale = np.einsum("ij,ij->i", part, part)[:, None] + of_columns
        squared = scale - 2 * part @ columns.T
        squared[squared < ROUNDING * scale] = 0.0
        yield start, squared
