"""Precision, recall, density and coverage with respect to the training images."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ganpipe.evaluation.estimators.manifold import expected_coverage, manifold_scores
from ganpipe.evaluation.protocols.feature_protocol import FeatureProtocol
from ganpipe.evaluation.protocols.protocol import Context, Measurement


class ManifoldCoverage(FeatureProtocol):
    """Fidelity (precision, density) and coverage (recall, coverage) of the generated images' features.

    As many training images are compared as are generated, or all when there are fewer.

    Attributes:
        nearest: k; 5 as Naeem et al. recommend, for all four.
    """

    kind: Literal["prdc"] = "prdc"
    source: ClassVar[str] = "Kynkaanniemi et al., 2019; Naeem et al., 2020"
    measures: ClassVar[tuple[str, ...]] = ("precision", "recall", "density", "coverage")

    nearest: int = Field(5, ge=1)

    def measure(self, context: Context, step: int) -> list[Measurement]:
        extractor = self.extractor(context)
        real = self.real_features(context, extractor)
        coverage = expected_coverage(len(real), self.samples, self.nearest)
        floors = (None, None, 1.0, coverage)
        rows = self.generated(context, step, extractor.features)
        if rows is None:
            return self.rows(step, *((None, None, floor) for floor in floors))
        scores = manifold_scores(real, rows, self.nearest)
        values = (scores.precision, scores.recall, scores.density, scores.coverage)
        return self.rows(step, *((value, None, floor) for value, floor in zip(values, floors, strict=True)))
