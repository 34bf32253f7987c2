"""How probable a generator with a learned density finds samples that it was not trained on."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset, Split
from ganpipe.evaluation.protocols.protocol import Context, EvaluatedSpec, Measurement, Protocol


class PredictiveLogLikelihood(Protocol):
    """-log p(x) in nats, the mean over test points, by importance sampling of p(x) = E_z p(x | z).

    p(x | z) is a Gaussian around what the generator makes of z, with the sigma that was learned with it, truncated to
    the range of pixels where samples are images. Latents are drawn around the mode of p(z | x), as widely as an encoder
    says that is fitted for the purpose; see :mod:`ganpipe.evaluation.likelihood`. Only the last snapshots are measured.
    A point that is not finite leaves the mean undefined.

    Attributes:
        samples: S, latents drawn for each point.
        points: number of test points, the same ones for every run.
        split: where they are from.
        overdispersion: gamma, by which the encoder's variance is multiplied.
        encoder_steps: updates of the encoder; its batches and Adam's learning rate follow.
        mode_steps: steps of Adam from the encoder's mean to the mode; the best one counts.
    """

    kind: Literal["log_likelihood"] = "log_likelihood"
    source: ClassVar[str] = "PresGAN, sections 3.3 and 5.4"
    measures: ClassVar[tuple[str, ...]] = (
        "negative_log_likelihood",
        "negative_log_likelihood_low",
        "negative_log_likelihood_high",
        "effective_sample_size",
    )
    """Names of the metrics on test points; those on training points end in ``_train``."""

    samples: int = Field(2000, ge=1)
    points: int = Field(500, ge=2)
    split: Split = "test"
    overdispersion: float = Field(1.2, gt=0)
    encoder_steps: int = Field(5000, ge=1)
    encoder_batch_size: int = Field(64, ge=1)
    encoder_learning_rate: float = Field(1e-3, gt=0)
    mode_steps: int = Field(200, ge=0)
    mode_learning_rate: float = Field(0.01, gt=0)

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(measure + ("_train" if self.split == "train" else "") for measure in self.measures)

    def applies_to(self, dataset: Dataset) -> str | None:
        return None

    def refuses(self, run: EvaluatedSpec) -> str | None:
        if run.method.prescribed is None:
            return (
                "needs noise on the generator's output (the network sigma), without which samples have no density; "
                "it comes with the regulariser entropy, at any weight, and with the game vae"
            )
        if run.networks.noise_dim(run.dataset.sample_shape, training=False):
            return "integrates over latents, and this generator takes noise beside them"
        return super().refuses(run)

    def measured_steps(self, steps: list[int]) -> list[int]:
        return steps[-self.late :]

    def measure(self, context: Context, step: int) -> list[Measurement]:
        # Planning imports this file, and must not wait for PyTorch and SciPy.
        from ganpipe.evaluation.likelihood.points import estimates
        from ganpipe.statistics import estimate

        found = estimates(self, context, step)
        negative = -np.array([point.log_likelihood for point in found])
        effective = np.array([point.effective_sample_size for point in found])
        values: list[float | None] = [None] * len(self.metrics)
        error = None
        if np.isfinite(negative).all() and (mean := estimate(negative)) is not None and mean.interval is not None:
            values, error = [mean.mean, *mean.interval, float(np.median(effective))], mean.standard_error
        return [
            Measurement(metric, step, value, self.points, error if place == 0 else None)
            for place, (metric, value) in enumerate(zip(self.metrics, values, strict=True))
        ]
