"""The kernel distance to the training images (KID)."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ganpipe.evaluation.estimators.kernel_distance import kernel_distance
from ganpipe.evaluation.protocols.feature_protocol import FeatureProtocol
from ganpipe.evaluation.protocols.protocol import Context, Measurement


class KernelInceptionDistance(FeatureProtocol):
    """The unbiased squared discrepancy of the features, as the mean over disjoint blocks with its standard error.

    Attributes:
        block: samples of each side in a block.
    """

    kind: Literal["kid"] = "kid"
    source: ClassVar[str] = "Binkowski et al., 2018"
    measures: ClassVar[tuple[str, ...]] = ("kid",)

    block: int = Field(1000, ge=2)

    def measure(self, context: Context, step: int) -> list[Measurement]:
        extractor = self.extractor(context)
        rows = self.generated(context, step, extractor.features)
        if rows is None:
            return self.rows(step, (None, None, 0.0))
        distance = kernel_distance(rows, self.real_features(context, extractor), self.block)
        return self.rows(step, (distance.value, distance.error, 0.0))
