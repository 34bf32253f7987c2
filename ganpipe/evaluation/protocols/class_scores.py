"""Inception Score and Mode Score of generated images."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.evaluation.estimators.scores import mode_score, mode_score_against_real, split_inception_scores
from ganpipe.evaluation.networks.features import Features
from ganpipe.evaluation.protocols.feature_protocol import FeatureProtocol, seen
from ganpipe.evaluation.protocols.protocol import Context, Measurement
from ganpipe.evaluation.protocols.reference import cached, ideal_batches, real_batches

Column = tuple[float | None, float | None, float | None]


class ClassScores(FeatureProtocol):
    """How sure the classes of the generated images are, and how evenly they occur.

    The Inception Score is the mean over splits, with its standard error; both readings of the Mode Score are without
    splits. The floor is what as many draws from the training images score.

    Attributes:
        real: number of training images whose mean class probabilities are p*; all of them when there are fewer.
        splits: number of parts of the Inception Score.
    """

    kind: Literal["scores"] = "scores"
    source: ClassVar[str] = "Salimans et al., 2016; Che et al., 2017"
    measures: ClassVar[tuple[str, ...]] = ("inception_score", "mode_score", "mode_score_against_real")

    real: int = Field(50_000, ge=1)
    splits: int = Field(10, ge=2)

    def measure(self, context: Context, step: int) -> list[Measurement]:
        extractor = self.extractor(context)
        real = self._real(context, extractor)
        ideal = self._ideal(context, extractor, real)
        probabilities = self.generated(context, step, extractor.probabilities)
        columns: list[tuple[float | None, float | None]] = [(None, None)] * len(self.measures)
        if probabilities is not None:
            columns = self._columns(probabilities, real)
        return self.rows(step, *((value, error, floor) for (value, error), floor in zip(columns, ideal, strict=True)))

    def _columns(self, probabilities: np.ndarray, real: np.ndarray) -> list[tuple[float | None, float | None]]:
        parts = split_inception_scores(probabilities, self.splits)
        return [
            (float(parts.mean()), float(parts.std(ddof=1) / np.sqrt(self.splits))),
            (mode_score(probabilities, real), None),
            (mode_score_against_real(probabilities, real), None),
        ]

    def _real(self, context: Context, extractor: Features) -> np.ndarray:
        """p*(y), float64 [classes]."""

        def make() -> dict[str, np.ndarray]:
            total, count = 0.0, 0
            for part in seen(real_batches(context, self.real, self.batch_size), extractor.probabilities):
                total, count = total + part.sum(axis=0, dtype=np.float64), count + len(part)
            return {"mean": np.asarray(total / count)}

        return cached(context, self.cache_key("class_probabilities", extractor, self.real), make)["mean"]

    def _ideal(self, context: Context, extractor: Features, real: np.ndarray) -> list[float]:
        def make() -> dict[str, np.ndarray]:
            batches = ideal_batches(context, self.samples, self.batch_size)
            probabilities = np.concatenate(list(seen(batches, extractor.probabilities)))
            return {"values": np.array([value for value, _ in self._columns(probabilities, real)])}

        what = self.cache_key("scores_floor", extractor, self.real) | {"samples": self.samples, "splits": self.splits}
        return cached(context, what, make)["values"].tolist()  # type: ignore[no-any-return]
