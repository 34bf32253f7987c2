"""Batches gathered from one tensor on the device; the implementations of :class:`ganpipe.data.dataset.Samples`.

Images stay ``uint8`` in memory and only a batch becomes ``float32``: a quarter of the memory, and faster than loader
processes because nothing is copied between them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np

from ganpipe.late import torch

if TYPE_CHECKING:
    from torch import Tensor


class Gathered(ABC):
    """Fixed samples, drawn with replacement."""

    labels: Tensor | None

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def gather(self, indices: Tensor) -> Tensor:
        """The samples at ``indices``, int64 [count] on the samples' device."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where the samples are."""

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        return self.gather(_random_indices(rng, len(self), (count,), self.device))

    def __getitem__(self, indices: Tensor | slice) -> Tensor:
        if isinstance(indices, slice):
            indices = torch.arange(*indices.indices(len(self)))
        return self.gather(indices.to(self.device))


class PointSamples(Gathered):
    """Vectors, as they are.

    Args:
        points: float32 [n, features].
        labels: int [n], the mixture component of each point.
    """

    def __init__(self, points: np.ndarray, labels: np.ndarray, device: torch.device) -> None:
        self.points = torch.from_numpy(points).to(device)
        self.labels = torch.from_numpy(labels).to(device, torch.int64)

    def __len__(self) -> int:
        return len(self.points)

    @property
    def device(self) -> torch.device:
        return self.points.device

    def gather(self, indices: Tensor) -> Tensor:
        return self.points.index_select(0, indices)


class ImageSamples(Gathered):
    """Images, scaled from 0..255 to a value range.

    Args:
        images: uint8 [n, channels, height, width], or [n, height, width] for a single channel.
        labels: int [n], the class of each image; None where no classes are known.
        value_range: what 0 and 255 become.
    """

    def __init__(
        self, images: np.ndarray, labels: np.ndarray | None, value_range: tuple[float, float], device: torch.device
    ) -> None:
        self.images = torch.from_numpy(images if images.ndim == 4 else images[:, np.newaxis]).to(device)
        self.labels = None if labels is None else torch.from_numpy(labels).to(device, torch.int64)
        self.value_range = value_range

    def __len__(self) -> int:
        return len(self.images)

    @property
    def device(self) -> torch.device:
        return self.images.device

    def gather(self, indices: Tensor) -> Tensor:
        return scaled(self.images.index_select(0, indices), self.value_range)


class StackedSamples(Gathered):
    """Three images of a pool as the channels of one, either fixed triples or drawn afresh every time.

    Args:
        pool: single-channel images, with labels 0..9 where there are triples.
        triples: int [n, 3], indices into the pool; None to draw each channel independently. Then there are no fixed
            samples, so ``labels`` is None, indexing raises TypeError and the length is the pool's.
    """

    def __init__(self, pool: ImageSamples, triples: np.ndarray | None) -> None:
        self.pool = pool
        self.triples = self.labels = None
        if triples is not None:
            assert pool.labels is not None
            self.triples = torch.from_numpy(triples).to(pool.device, torch.int64)
            self.labels = stacked_labels(pool.labels[self.triples], classes=10)

    def __len__(self) -> int:
        return len(self.pool if self.triples is None else self.triples)

    @property
    def device(self) -> torch.device:
        return self.pool.device

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        if self.triples is None:
            return self._stack(_random_indices(rng, len(self.pool), (count, 3), self.device))
        return super().draw(rng, count)

    def gather(self, indices: Tensor) -> Tensor:
        if self.triples is None:
            raise TypeError("stacked images that are drawn on the fly have no fixed samples to choose from")
        return self._stack(self.triples.index_select(0, indices))

    def _stack(self, triples: Tensor) -> Tensor:
        digits = self.pool.gather(triples.flatten())
        return digits.view(len(triples), 3, *digits.shape[2:])


def stacked_labels(labels: Tensor, classes: int) -> Tensor:
    """The mode of a stack of pictures, d_0 + K d_1 + K^2 d_2 + ... for their labels int64 [..., pictures] below K."""
    return (labels * classes ** torch.arange(labels.shape[-1], device=labels.device)).sum(-1)


def scaled(images: Tensor, value_range: tuple[float, float]) -> Tensor:
    """``uint8`` images as float32, 0 and 255 mapped exactly to the ends of ``value_range``."""
    low, high = value_range
    return images.to(torch.float32).div_(255).mul_(high - low).add_(low)


def unit_interval(images: Tensor, value_range: tuple[float, float]) -> Tensor:
    """Map pixels from ``value_range`` to [0, 1]. Not clamped: a tanh generator of [0, 1] images goes down to -1."""
    low, high = value_range
    return images if (low, high) == (0, 1) else (images - low) / (high - low)


def _random_indices(rng: np.random.Generator, size: int, shape: tuple[int, ...], device: torch.device) -> Tensor:
    return moved(torch.from_numpy(rng.integers(size, size=shape)), device)


def moved(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor of the host on a device, without waiting for what the device is at."""
    # From memory that the system may swap, a GPU copies only when it has done all before.
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)
