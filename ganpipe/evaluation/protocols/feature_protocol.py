"""What protocols that look at features of images have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset
from ganpipe.data.origin import Origin
from ganpipe.evaluation.networks.features import Extractor, Features
from ganpipe.evaluation.protocols.protocol import Context, Measurement, Protocol
from ganpipe.evaluation.protocols.reference import cached, real_batches

if TYPE_CHECKING:
    from torch import Tensor

Look = Callable[["Tensor"], "Tensor"]
"""Images [n, channels, height, width] in the dataset's range -> what is seen of each, [n, length]."""


class FeatureProtocol(Protocol):
    """Compares generated images with real ones by what an extractor sees.

    A snapshot that makes a sample that is not finite has no value: leaving the sample out would praise what is left.

    Attributes:
        samples: number of generated images.
        features: the extractor; it marks the metrics' names.
        batch_size: samples generated at once; it decides the result when ``batch_statistics`` are used.
    """

    measures: ClassVar[tuple[str, ...]]
    """Names of the metrics without the extractor's suffix."""

    samples: int = Field(10_000, ge=2)
    features: Extractor
    batch_size: int = Field(500, ge=1)

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(measure + self.features.suffix for measure in self.measures)

    @property
    def needs_classifier(self) -> bool:
        return self.features.needs_classifier

    @property
    def origin(self) -> Origin | None:
        return self.features.origin

    def applies_to(self, dataset: Dataset) -> str | None:
        return self.features.applies_to(dataset)

    def extractor(self, context: Context) -> Features:
        """The extractor, loaded for the run's dataset."""
        return self.features.open(context.dataset, context.classifier, context.weights, context.device)

    def generated(self, context: Context, step: int, look: Look) -> np.ndarray | None:
        """What is seen of the samples of a snapshot, [samples, length]; None when anything is not finite."""
        parts = []
        batches = context.batches(step, self.samples, self.batch_size, batch_statistics=self.batch_statistics)
        for images in batches:
            part = look(images)
            if not (images.isfinite().all() and part.isfinite().all()):
                return None
            parts.append(part.cpu().numpy())
        return np.concatenate(parts)

    def real_features(self, context: Context, extractor: Features) -> np.ndarray:
        """Features of as many training images, or of all when there are fewer; float32 [n, features]."""

        def make() -> dict[str, np.ndarray]:
            batches = real_batches(context, self.samples, self.batch_size)
            return {"features": np.concatenate(list(seen(batches, extractor.features)))}

        what: dict[str, Any] = {"measure": "features", "count": self.samples, "extractor": extractor.identity}
        return cached(context, what, make)["features"]

    def cache_key(self, measure: str, extractor: Features, count: int) -> dict[str, Any]:
        """What a ``measure`` that rests on ``count`` training images is cached under, beside settings of its own."""
        return {"measure": measure, "version": self.version, "count": count, "extractor": extractor.identity}

    def rows(self, step: int, *columns: tuple[float | None, float | None, float | None]) -> list[Measurement]:
        """One measurement a metric, from its (value, error, floor)."""
        return [
            Measurement(metric, step, value, self.samples, error, floor)
            for metric, (value, error, floor) in zip(self.metrics, columns, strict=True)
        ]


def seen(batches: Iterable[Tensor], look: Look) -> Iterator[np.ndarray]:
    """What is seen of each batch, on the host."""
    return (look(images).cpu().numpy() for images in batches)
