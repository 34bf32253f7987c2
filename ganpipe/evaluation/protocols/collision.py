"""The birthday paradox test of a generator: in how many batches is there a duplicate?"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.evaluation.estimators.collisions import calibrated_threshold, closest_pairs, cosines, wilson_interval
from ganpipe.evaluation.networks.features import Features
from ganpipe.evaluation.protocols.feature_protocol import FeatureProtocol
from ganpipe.evaluation.protocols.protocol import Context, Measurement
from ganpipe.evaluation.protocols.reference import cached, distinct_batches
from ganpipe.late import torch

if TYPE_CHECKING:
    from torch import Tensor

RESOLUTION = 1e-6
"""A cosine closer to 1 than this is that of equal images: features are float32."""


class BirthdayParadox(FeatureProtocol):
    """The share of batches in which one of the closest pairs of pixels is a near-duplicate, with Wilson's interval.

    A near-duplicate is a pair whose features are more alike (by their cosine) than those of the most alike pair in all
    but a share ``false_alarms`` of batches of different training images. Training images that hold duplicates
    themselves make a threshold that nothing can exceed: the rate is then undefined. The floor is what a generator of
    new images would score at most.

    Attributes:
        batch_size: images in a batch.
        samples: number of generated images, of all batches together.
        pairs: number of closest pairs in a batch that are looked at.
        real_batches: number of batches of training images that calibrate the threshold.
        false_alarms: share of real batches in which a duplicate may be seen.
    """

    kind: Literal["collision"] = "collision"
    source: ClassVar[str] = "Arora and Zhang, 2018; PacGAN, section 4.3, with an automatic rule of our own"
    measures: ClassVar[tuple[str, ...]] = ("collision_rate", "collision_rate_low", "collision_rate_high")

    batch_size: int = Field(1024, ge=2)
    samples: int = Field(20 * 1024, ge=2)
    pairs: int = Field(20, ge=1)
    real_batches: int = Field(99, ge=1)
    false_alarms: float = Field(0.05, gt=0, lt=1)

    def measure(self, context: Context, step: int) -> list[Measurement]:
        extractor = self.extractor(context)
        threshold = self._threshold(context, extractor)
        floors = (self.false_alarms, None, None)
        undefined = self.rows(step, *((None, None, floor) for floor in floors))
        found: list[tuple[np.ndarray, Tensor]] = []
        for images in context.batches(step, self.samples, self.batch_size, batch_statistics=self.batch_statistics):
            if not images.isfinite().all():
                return undefined
            found.append(self._closest(images, extractor))
        if step == context.run.steps[-1]:
            self._draw(context, found)
        if threshold > 1 - RESOLUTION:
            return undefined
        collisions = sum(bool(similarities.max() > threshold) for similarities, _ in found)
        low, high = wilson_interval(collisions, len(found))
        rate = collisions / len(found)
        error = float(np.sqrt(rate * (1 - rate) / len(found)))
        return self.rows(step, *zip((rate, low, high), (error, None, None), floors, strict=True))

    def _closest(self, images: Tensor, extractor: Features) -> tuple[np.ndarray, Tensor]:
        """Similarities of the closest pairs, [pairs], and the pairs themselves, [pairs, 2, *sample_shape]."""
        indices = torch.from_numpy(closest_pairs(images.flatten(1).cpu().numpy(), self.pairs)).to(images.device)
        features = extractor.features(images[indices.flatten()]).cpu().numpy()
        return cosines(features[0::2], features[1::2]), images[indices]

    def _threshold(self, context: Context, extractor: Features) -> float:
        def make() -> dict[str, np.ndarray]:
            batches = distinct_batches(context, self.real_batches, self.batch_size)
            return {"similarities": np.array([self._closest(images, extractor)[0].max() for images in batches])}

        what = {
            "measure": "real_similarities",
            "version": self.version,
            "batch": [self.batch_size, self.pairs, self.real_batches],
            "extractor": extractor.identity,
        }
        return calibrated_threshold(cached(context, what, make)["similarities"], self.false_alarms)

    def _draw(self, context: Context, found: list[tuple[np.ndarray, Tensor]]) -> None:
        """The pairs of all batches that are most alike, for a person to look at: side by side, the most alike first."""
        from ganpipe.training.picture import write_picture

        if context.picture is None:
            return
        similarities = np.concatenate([part for part, _ in found])
        order = np.argsort(-similarities, kind="stable")[: self.pairs]
        left, right = torch.cat([pairs for _, pairs in found])[torch.from_numpy(order)].unbind(1)
        assert context.dataset.value_range is not None
        # Without a margin nobody could tell where a pair begins.
        margin = max(1, left.shape[2] // 16)
        pairs = torch.nn.functional.pad(
            torch.cat([left, right], dim=3), (0, margin, 0, margin), value=context.dataset.value_range[1]
        )
        write_picture(pairs, context.dataset.value_range, context.picture)
