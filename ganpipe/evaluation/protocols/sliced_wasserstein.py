"""The sliced Wasserstein distance of a generator of points to the mixture that it should have learned."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset
from ganpipe.data.mixtures import Mixture
from ganpipe.evaluation.estimators.sliced_wasserstein import directions, expected_sliced_distance, sliced_distance
from ganpipe.evaluation.protocols.protocol import Context, Measurement, Protocol
from ganpipe.evaluation.protocols.reference import Stream, shared_generator
from ganpipe.late import torch


class SlicedWasserstein(Protocol):
    """One number for all that can be wrong with points: missing modes, uneven ones, wide ones, stray samples.

    The target is the mixture itself, not its training points. The floor is what as many points of the mixture score. A
    snapshot that makes a point that is not finite has no value.

    Attributes:
        samples: number of generated points.
        directions: number of directions, at equal angles; the same for every run.
    """

    kind: Literal["sliced_wasserstein"] = "sliced_wasserstein"
    source: ClassVar[str] = "Rabin et al., 2012; Bonneel et al., 2015"
    metrics: ClassVar[tuple[str, ...]] = ("sliced_wasserstein",)

    samples: int = Field(2500, ge=1)
    directions: int = Field(64, ge=1)

    def applies_to(self, dataset: Dataset) -> str | None:
        if isinstance(dataset, Mixture):
            return None
        return "measures distances to a mixture that is known exactly, which this dataset is not"

    def measure(self, context: Context, step: int) -> list[Measurement]:
        dataset = context.dataset
        assert isinstance(dataset, Mixture)
        batches = context.batches(step, self.samples, self.samples, batch_statistics=self.batch_statistics)
        points = torch.cat(list(batches)).cpu().numpy().astype(np.float64)
        along = directions(self.directions, shared_generator(Stream.DIRECTIONS))
        centres, sigma = dataset.centres(), dataset.sigma
        value = sliced_distance(points, centres, sigma, along) if np.isfinite(points).all() else None
        floor = expected_sliced_distance(self.samples, centres, sigma, along)
        return [Measurement("sliced_wasserstein", step, value, self.samples, floor=floor)]
