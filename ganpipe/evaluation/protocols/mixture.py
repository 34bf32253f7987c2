"""Modes, high-quality samples and reverse KL for two-dimensional Gaussian mixtures, whose modes are known exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset
from ganpipe.data.mixtures import Mixture
from ganpipe.evaluation.estimators.kl import (
    expected_modes,
    relative_entropy,
    reverse_kl_error,
    reverse_kl_floor,
)
from ganpipe.evaluation.protocols.protocol import Context, Measurement, Protocol
from ganpipe.late import torch

RADIUS = 3.0
"""A sample is of high quality when it lies strictly within this many standard deviations of its nearest centre."""
IDEAL_QUALITY = float(-np.expm1(-(RADIUS**2) / 2))
"""Share of the samples of the mixture itself that are of high quality: 98.89 % in two dimensions."""


class MixtureModes(Protocol):
    """Which components are hit, how well, and how evenly.

    A sample belongs to the nearest centre and is of high quality when it is closer than 3 sigma (strictly). A mode
    counts when at least one high-quality sample is nearest to it. Samples that are not finite are of no quality.

    With c_i high-quality samples of mode i among N samples, the reverse KL is that of p_i = c_i / sum_j c_j to uniform,
    as PacGAN has it. InvertGAN takes p_i = c_i / N, over all samples, and the sum of p_i log(m p_i) over its m modes
    (printed with l/m for 1/m). That is no divergence: it is q (KL + log q) for a share q of high quality, slightly
    negative at its best, and low wherever q is low. Without any high-quality sample the one is 0/0, and the other would
    be 0, nearly its best: both are then undefined, and 0 modes tell the story.

    Attributes:
        kl_reading: PacGAN's alone, or also InvertGAN's, ``reverse_kl_over_all``.
    """

    kind: Literal["mixture"] = "mixture"
    source: ClassVar[str] = "PacGAN, section 4.1 and its code; InvertGAN, section 5.1"

    samples: int = Field(2500, ge=1)
    kl_reading: Literal["pacgan", "both"] = "pacgan"

    @property
    def metrics(self) -> tuple[str, ...]:
        divergences = ("reverse_kl", "reverse_kl_over_all") if self.kl_reading == "both" else ("reverse_kl",)
        return ("modes", *divergences, "high_quality_fraction")

    def applies_to(self, dataset: Dataset) -> str | None:
        if not isinstance(dataset, Mixture):
            return "measures distances to the centres of a mixture, which this dataset does not have"
        return "compares modes, and this mixture has only one" if dataset.mode_count == 1 else None

    def measure(self, context: Context, step: int) -> list[Measurement]:
        dataset = context.dataset
        assert isinstance(dataset, Mixture)
        batches = context.batches(step, self.samples, self.samples, batch_statistics=self.batch_statistics)
        points = torch.cat(list(batches)).cpu().numpy().astype(np.float64)
        counts = high_quality_counts(points, dataset.centres(), dataset.sigma)
        quality = counts.sum() / self.samples
        return [
            Measurement(
                "modes",
                step,
                float(np.count_nonzero(counts)),
                self.samples,
                floor=expected_modes(self.samples, len(counts), IDEAL_QUALITY),
            ),
            *self._divergences(step, counts),
            Measurement(
                "high_quality_fraction",
                step,
                float(quality),
                self.samples,
                error=float(np.sqrt(quality * (1 - quality) / self.samples)),
                floor=IDEAL_QUALITY,
            ),
        ]

    def _divergences(self, step: int, counts: np.ndarray) -> Iterator[Measurement]:
        floor = reverse_kl_floor(round(IDEAL_QUALITY * self.samples), len(counts))
        yield self._divergence("reverse_kl", step, counts, int(counts.sum()), floor)
        if self.kl_reading == "both":
            floor = reverse_kl_floor(self.samples, len(counts), IDEAL_QUALITY)
            yield self._divergence("reverse_kl_over_all", step, counts, self.samples, floor)

    def _divergence(self, metric: str, step: int, counts: np.ndarray, total: int, floor: float) -> Measurement:
        if not counts.any():
            return Measurement(metric, step, None, self.samples, floor=floor)
        p, uniform = counts / total, np.full(len(counts), 1 / len(counts))
        error = reverse_kl_error(p, uniform, total)
        return Measurement(metric, step, relative_entropy(p, uniform), self.samples, error, floor)


def high_quality_counts(points: np.ndarray, centres: np.ndarray, sigma: float) -> np.ndarray:
    """How many of the points lie strictly within 3 sigma of each centre, counted at the nearest centre.

    Args:
        points: float64 [n, features].
        centres: float64 [m, features].

    Returns:
        int64 [m].
    """
    modes = high_quality_modes(points, centres, sigma)
    return np.bincount(modes[modes >= 0], minlength=len(centres))


def high_quality_modes(points: np.ndarray, centres: np.ndarray, sigma: float) -> np.ndarray:
    """The nearest centre of each point, -1 for those that do not lie strictly within 3 sigma of it.

    Args:
        points: float64 [n, features].
        centres: float64 [m, features].

    Returns:
        int64 [n].
    """
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    nearest = distances.argmin(axis=1)
    close = distances[np.arange(len(points)), nearest] < RADIUS * sigma
    return np.where(close, nearest, -1)
