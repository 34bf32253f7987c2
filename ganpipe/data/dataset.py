"""What a dataset is to the rest of the house: a recipe that prepares arrays once, and samples drawn from them.

A recipe (:class:`Dataset`) is pure description: it knows its shapes, its modes and the checksums of its sources before
anything is prepared, which is what a run's identity needs. Preparing writes arrays and a manifest; :class:`Samples`
holds one split of them as one tensor on the device and gathers batches from it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from pydantic import ConfigDict

from ganpipe.data.origin import Origin
from ganpipe.spec.part import Part

if TYPE_CHECKING:
    import torch
    from torch import Tensor

Split = Literal["train", "test"]
Arrays = Mapping[str, np.ndarray]
Piece = tuple[str, np.ndarray]
"""Name of an array, and rows to append to it."""


class Samples(Protocol):
    """One split of a prepared dataset, in memory on a device."""

    @property
    def labels(self) -> Tensor | None:
        """int64 [len(self)], the class of each sample; None where there are no fixed samples or no classes."""

    def __len__(self) -> int:
        """Number of fixed samples; for a split drawn on the fly, the nominal size of an epoch."""

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        """``count`` independent samples with replacement: float32 [count, *sample_shape] in the value range."""

    def __getitem__(self, indices: Tensor | slice) -> Tensor:
        """The samples at ``indices``, as ``draw`` returns them."""


class Dataset(Part):
    """A recipe for a dataset. One file a kind; named presets are in ``presets.py``."""

    # A recipe may hold another one (stacked digits), of a kind whose file is imported after its own.
    model_config = ConfigDict(defer_build=True)

    @property
    def origin(self) -> Origin | None:
        """The source files that the recipe reads; None for recipes that need none."""
        return None

    @property
    def sources(self) -> Mapping[str, str]:
        """Name of each source file -> checksum, as :attr:`Origin.files` counts it; part of the identity."""
        return self.origin.files if self.origin else {}

    @property
    @abstractmethod
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample: (features,) or (channels, height, width)."""

    @property
    @abstractmethod
    def value_range(self) -> tuple[float, float] | None:
        """Range of the pixel values that networks see, (0, 1) or (-1, 1); None for unbounded data."""

    @property
    @abstractmethod
    def mode_count(self) -> int:
        """Number of modes (mixture components, classes or combinations of classes) that a generator can miss; 1 where
        no classes are known."""

    @property
    def label_dataset(self) -> Dataset | None:
        """The labelled images whose classifier names this dataset's modes; None if none is needed or none can."""
        return None

    @abstractmethod
    def prepare(self, raw: Path | None) -> dict[str, np.ndarray]:
        """Make the arrays that ``open`` needs, the same bytes every time.

        Args:
            raw: folder that holds the source files; None for recipes without sources.
        """

    def stream(self, raw: Path | None) -> Iterator[Piece]:
        """The arrays of ``prepare`` in pieces, which are appended to the array of their name.

        Recipes for more than a few hundred megabytes yield small pieces, and never hold an array whole.
        """
        yield from self.prepare(raw).items()

    @abstractmethod
    def open(self, arrays: Arrays, split: Split, device: torch.device) -> Samples:
        """Put one split on a device."""

    def identity_extras(self) -> dict[str, Any]:
        return {"sources": dict(self.sources)} if self.sources else {}
