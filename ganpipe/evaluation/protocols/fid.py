"""The Frechet distance to the training images: FID, and its relatives with other features."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.evaluation.estimators.frechet import FeatureGaussian, frechet_distance, gaussian_of
from ganpipe.evaluation.networks.features import Features
from ganpipe.evaluation.protocols.feature_protocol import FeatureProtocol, seen
from ganpipe.evaluation.protocols.protocol import Context, Measurement
from ganpipe.evaluation.protocols.reference import cached, ideal_batches, real_batches


class FrechetInceptionDistance(FeatureProtocol):
    """How far the Gaussian of the generated images' features is from that of the training images.

    The distance is biased upwards by the number of samples, so values of different numbers cannot be compared. The
    floor is what as many draws from the training images themselves score.

    Attributes:
        real: number of training images; all of them when there are fewer.
        patience: read a run as if it had been stopped when its FID no longer improved (SetGAN, section 3.3): the
            headline is the best snapshot before so many others in a row were no better, and later ones are not looked
            at. None: the mean over ``late`` snapshots.
    """

    kind: Literal["fid"] = "fid"
    source: ClassVar[str] = "Heusel et al., 2017"
    measures: ClassVar[tuple[str, ...]] = ("fid",)

    real: int = Field(50_000, ge=2)
    patience: int | None = Field(None, ge=1)

    def evaluate(self, context: Context) -> list[Measurement]:
        if self.patience is None:
            return super().evaluate(context)
        rows: list[Measurement] = []
        best = 0
        for step in self.measured_steps(context.run.steps):
            rows += self._measured(context, step)
            if _lower(rows[-1], rows[best]):
                best = len(rows) - 1
            if len(rows) - 1 - best == self.patience:
                break
        return [replace(rows[best], step=None), *rows]

    def measure(self, context: Context, step: int) -> list[Measurement]:
        extractor = self.extractor(context)
        reference = self._reference(context, extractor)
        floor = self._floor(context, extractor, reference)
        rows = self.generated(context, step, extractor.features)
        value = None if rows is None else frechet_distance(gaussian_of([rows]), reference)
        return self.rows(step, (value, None, floor))

    def _reference(self, context: Context, extractor: Features) -> FeatureGaussian:
        def make() -> dict[str, np.ndarray]:
            real = gaussian_of(seen(real_batches(context, self.real, self.batch_size), extractor.features))
            return {"count": np.array(real.count), "mean": real.mean, "factor": real.factor}

        arrays = cached(context, self.cache_key("gaussian", extractor, self.real), make)
        return FeatureGaussian(int(arrays["count"]), arrays["mean"], arrays["factor"])

    def _floor(self, context: Context, extractor: Features, reference: FeatureGaussian) -> float:
        def make() -> dict[str, np.ndarray]:
            ideal = gaussian_of(seen(ideal_batches(context, self.samples, self.batch_size), extractor.features))
            return {"floor": np.array(frechet_distance(ideal, reference))}

        what = self.cache_key("fid_floor", extractor, self.real) | {"samples": self.samples}
        return float(cached(context, what, make)["floor"])


def _lower(row: Measurement, best: Measurement) -> bool:
    """Whether a snapshot is better than the best one so far; one without a value is better than none."""
    return row.value is not None and (best.value is None or row.value < best.value)
