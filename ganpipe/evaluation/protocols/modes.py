"""Modes and KL divergences for images whose modes a classifier names: digits, galaxies, digits stacked as channels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset, Split
from ganpipe.data.prepare import open_prepared
from ganpipe.data.samples import ImageSamples, StackedSamples, stacked_labels
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.estimators.kl import (
    expected_modes,
    forward_kl,
    forward_kl_floor,
    reference_floor,
    reverse_kl,
    reverse_kl_error,
    reverse_kl_floor,
    sampling_floors,
)
from ganpipe.evaluation.networks.stacked_classifier import picture_probabilities, summed_probabilities, why_unnamed
from ganpipe.evaluation.protocols.protocol import Context, Measurement, Protocol
from ganpipe.evaluation.protocols.reference import cached, real_batches
from ganpipe.late import torch

if TYPE_CHECKING:
    from torch import Tensor

NAMED = 50_000
"""Real images that are named to compare with, or all when there are fewer."""


class ClassifiedModes(Protocol):
    """How many modes are generated, and how evenly.

    What the classifier knows as one picture is classified by itself: an image of a galaxy, or each channel c of stacked
    digits, which contributes its digit times 10^c to the mode. A mode counts when at least one sample is named so
    (always by the most probable class). A sample that is not finite has no mode.

    Attributes:
        samples: number of samples of one set.
        sets: number of sets. With several, a value is the mean over sets and its error their standard deviation.
        labels: what the divergences compare: counts of most probable classes (``hard``), or averaged class
            probabilities, combined over channels as an outer product (``soft``). The floor is that of hard labels,
            which is slightly high for soft ones.
        reference: ``uniform`` over all modes, or the label histogram of the dataset's ``test`` or ``train`` split.
            Divergences to training labels, which may be imbalanced on purpose, have names of their own in ``_train``.
            ``named_test`` and ``named_train``: what the classifier itself names the images of a split, so that its
            mistakes are no divergence. Of digits that are stacked at random it names each once: the share of a stack
            is the product of its digits' shares.
        batch_size: samples generated at once; it decides the result when ``batch_statistics`` are used.
    """

    kind: Literal["modes"] = "modes"
    source: ClassVar[str] = "PacGAN, section 4.2; PresGAN, section 5; SetGAN, section 3"
    needs_classifier: ClassVar[bool] = True

    samples: int = Field(26_000, ge=1)
    sets: int = Field(1, ge=1)
    labels: Literal["hard", "soft"] = "hard"
    reference: Literal["uniform", "test", "train", "named_test", "named_train"] = "uniform"
    batch_size: int = Field(128, ge=1)

    @property
    def metrics(self) -> tuple[str, ...]:
        divergences = ("reverse_kl", "forward_kl")
        return tuple(f"{name}_train" for name in divergences) if self.reference == "train" else ("modes", *divergences)

    def applies_to(self, dataset: Dataset) -> str | None:
        return why_unnamed(dataset)

    def measure(self, context: Context, step: int) -> list[Measurement]:
        reference = self._reference(context)
        sets = [self._measure_set(context, step, index, reference) for index in range(self.sets)]
        return sets[0] if self.sets == 1 else [_over_sets(of_metric) for of_metric in zip(*sets, strict=True)]

    def _measure_set(self, context: Context, step: int, index: int, reference: np.ndarray) -> list[Measurement]:
        drawn = context.batches(
            step, self.samples, self.batch_size, set_index=index, batch_statistics=self.batch_statistics
        )
        histograms = _histograms(context, drawn, context.dataset.mode_count)
        n, classes = self.samples, len(reference)
        reverse = forward = error = None
        compared = histograms[self.labels]
        if total := compared.sum():
            reverse, forward = reverse_kl(compared, reference), forward_kl(compared, reference)
            if self.labels == "hard":
                error = reverse_kl_error(compared / total, reference / reference.sum(), int(total))
        reverse_floor, forward_floor = self._floors(reference)
        modes = float(np.count_nonzero(histograms["hard"]))
        found = {
            "modes": Measurement("modes", step, modes, n, floor=expected_modes(n, classes)),
            "reverse_kl": Measurement("reverse_kl", step, reverse, n, error, reverse_floor),
            "forward_kl": Measurement("forward_kl", step, forward, n, floor=forward_floor),
        }
        return [replace(found[metric.removesuffix("_train")], metric=metric) for metric in self.metrics]

    def _floors(self, reference: np.ndarray) -> tuple[float, float]:
        """What an ideal sampler scores: of the training data themselves, or of the uniform distribution."""
        if self.reference in ("train", "named_train"):
            return sampling_floors(self.samples, reference)
        n, classes = self.samples, len(reference)
        # A test split is itself a sample of what it stands for.
        chance = 0.0 if self.reference == "uniform" else reference_floor(classes, round(reference.sum()))
        return reverse_kl_floor(n, classes) + chance, forward_kl_floor(n, classes) + chance

    def _reference(self, context: Context) -> np.ndarray:
        """Counts of every mode, float64 [mode_count]."""
        modes = context.dataset.mode_count
        if self.reference == "uniform":
            return np.ones(modes)
        if self.reference == "named_test":
            return self._named(context, "test")
        if self.reference == "named_train":
            return self._named(context, "train")
        labels = open_prepared(context.dataset, context.data_folder, self.reference, context.device).labels
        if labels is None:
            raise GanpipeError(f"{context.data_folder}: its {self.reference} split has no labels to compare with")
        return np.bincount(labels.cpu().numpy(), minlength=modes).astype(np.float64)

    def _named(self, context: Context, split: Split) -> np.ndarray:
        """What the classifier makes of real images: counts or sums of probabilities, float64 [mode_count]."""
        assert context.classifier is not None
        what = {"measure": "modes", "split": split, "count": NAMED, **context.classifier.identity}
        samples = open_prepared(context.dataset, context.data_folder, split, context.device)
        if isinstance(samples, StackedSamples) and samples.triples is None:
            pool, what["count"] = samples.pool, "each digit"
            return cached(context, what, lambda: _histograms_of_stacks(context, pool))[self.labels]
        images = real_batches(context, NAMED, 128, split)
        return cached(context, what, lambda: _histograms(context, images, context.dataset.mode_count))[self.labels]


def _histograms(context: Context, batches: Iterable[Tensor], modes: int) -> dict[str, np.ndarray]:
    """Counts of the most probable mode, and sums of the modes' probabilities; float64 [modes] each."""
    classifier, value_range = context.classifier, context.dataset.value_range
    assert classifier is not None
    assert value_range is not None
    totals = {name: torch.zeros(modes, dtype=torch.float64) for name in ("hard", "soft")}
    for images in batches:
        finite = images[images.flatten(1).isfinite().all(1)]
        probabilities = picture_probabilities(classifier, finite, value_range).cpu().double()
        named = stacked_labels(probabilities.argmax(2), classifier.classes)
        totals["hard"] += torch.bincount(named, minlength=modes)
        totals["soft"] += summed_probabilities(probabilities)
    return {name: total.numpy() for name, total in totals.items()}


def _histograms_of_stacks(context: Context, pool: ImageSamples) -> dict[str, np.ndarray]:
    """The same, expected of as many images as ``pool`` has, each a stack of pictures drawn from it independently."""
    assert context.classifier is not None
    classes, pictures = context.classifier.classes, context.dataset.sample_shape[0]
    batches = (pool[start : start + 128] for start in range(0, len(pool), 128))
    histograms = {}
    for name, counts in _histograms(context, batches, classes).items():
        shares = torch.from_numpy(counts / counts.sum()).expand(1, pictures, classes)
        histograms[name] = summed_probabilities(shares).numpy() * len(pool)
    return histograms


def _over_sets(values: tuple[Measurement, ...]) -> Measurement:
    """The mean of one metric over sets, with the standard deviation as its error; undefined when one value is."""
    known = [measurement.value for measurement in values if measurement.value is not None]
    if len(known) < len(values):
        return replace(values[0], value=None, error=None)
    return replace(values[0], value=float(np.mean(known)), error=float(np.std(known, ddof=1)))
