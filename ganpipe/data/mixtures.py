"""Gaussian mixtures in the plane, on which mode collapse can be counted exactly."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Arrays, Dataset, Split
from ganpipe.data.samples import PointSamples
from ganpipe.randomness import Purpose, generator

if TYPE_CHECKING:
    import torch


class Mixture(Dataset):
    """An equally weighted mixture of isotropic Gaussians."""

    sigma: float = Field(gt=0)
    """Standard deviation of every component, in each coordinate."""

    train_samples: int = Field(100_000, gt=0)
    test_samples: int = Field(10_000, gt=0)

    balanced: bool = False
    """Give every mode equally many points (to within one), instead of choosing the mode of each point at random."""

    seed: int = Field(0, ge=0)

    @abstractmethod
    def centres(self) -> np.ndarray:
        """Means of the components: float64 [modes, 2]."""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (2,)

    @property
    def value_range(self) -> None:
        return None

    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        arrays = {}
        for step, (split, count) in enumerate((("train", self.train_samples), ("test", self.test_samples))):
            rng = generator(self.seed, Purpose.DATASET, step)
            labels = np.arange(count) % self.mode_count if self.balanced else rng.integers(self.mode_count, size=count)
            points = self.centres()[labels] + self.sigma * rng.standard_normal((count, 2))
            arrays[f"{split}_points"] = points.astype(np.float32)
            arrays[f"{split}_labels"] = labels.astype(np.int32)
        return arrays

    def open(self, arrays: Arrays, split: Split, device: torch.device) -> PointSamples:
        return PointSamples(arrays[f"{split}_points"], arrays[f"{split}_labels"], device)


class Ring(Mixture):
    """Modes at equal angles 2 pi i / modes on a circle."""

    kind: Literal["ring"] = "ring"
    source: ClassVar[str] = "PacGAN, section 4"

    modes: int = Field(8, gt=0)
    radius: float = Field(1.0, gt=0)
    sigma: float = Field(0.01, gt=0)

    @property
    def mode_count(self) -> int:
        return self.modes

    def centres(self) -> np.ndarray:
        angles = 2 * np.pi * np.arange(self.modes) / self.modes
        return self.radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)


class Grid(Mixture):
    """Modes on a square grid of side x side points, centred on the origin."""

    kind: Literal["grid"] = "grid"
    source: ClassVar[str] = "PacGAN, section 4"

    side: int = Field(5, gt=0)
    spacing: float = Field(2.0, gt=0)
    sigma: float = Field(0.05, gt=0)

    @property
    def mode_count(self) -> int:
        return self.side**2

    def centres(self) -> np.ndarray:
        along = self.spacing * (np.arange(self.side) - (self.side - 1) / 2)
        return np.stack(np.meshgrid(along, along, indexing="ij"), axis=-1).reshape(-1, 2)
