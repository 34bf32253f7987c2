"""Modes and KL divergences for images whose modes a classifier names: digits, galaxies, digits stacked as channels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset, Split
from ganpipe.data.prepare import open_prepared
from ganpipe.data.samples import unit_interval
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
from ganpipe.evaluation.protocols.protocol import Context, Measurement, Protocol
from ganpipe.evaluation.protocols.reference import kept, real_batches
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
            mistakes are no divergence.
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
        single = dataset.label_dataset
        if single is None or dataset.value_range is None or len(dataset.sample_shape) != 3:
            return "needs images whose modes a classifier can name, which this dataset does not have"
        if dataset.mode_count != single.mode_count ** _pictures(dataset, single):
            return "reads one class a picture, and this dataset has another number of modes"
        return None

    def measure(self, context: Context, step: int) -> list[Measurement]:
        reference = self._reference(context)
        sets = [self._measure_set(context, step, index, reference) for index in range(self.sets)]
        return sets[0] if self.sets == 1 else [_over_sets(of_metric) for of_metric in zip(*sets, strict=True)]

    def _measure_set(self, context: Context, step: int, index: int, reference: np.ndarray) -> list[Measurement]:
        drawn = context.batches(
            step, self.samples, self.batch_size, set_index=index, batch_statistics=self.batch_statistics
        )
        histograms = self._histograms(context, drawn)
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

    def _histograms(self, context: Context, batches: Iterable[Tensor]) -> dict[str, np.ndarray]:
        """Counts of the most probable mode, and sums of the modes' probabilities; float64 [mode_count] each."""
        classifier, value_range = context.classifier, context.dataset.value_range
        assert classifier is not None
        assert value_range is not None
        channels = classifier.spec.dataset.sample_shape[0]
        totals = {name: torch.zeros(context.dataset.mode_count, dtype=torch.float64) for name in ("hard", "soft")}
        for images in batches:
            finite = images[images.flatten(1).isfinite().all(1)]
            pictures = finite.shape[1] // channels
            single = finite.reshape(len(finite) * pictures, channels, *finite.shape[2:])
            named = classifier.probabilities(unit_interval(single, value_range))
            probabilities = named.reshape(len(finite), pictures, classifier.classes).cpu().double()
            totals["hard"] += torch.bincount(stacked_modes(probabilities), minlength=context.dataset.mode_count)
            totals["soft"] += joint_probabilities(probabilities)
        return {name: total.numpy() for name, total in totals.items()}

    def _reference(self, context: Context) -> np.ndarray:
        """Counts of every mode, float64 [mode_count]."""
        modes = context.dataset.mode_count
        if self.reference == "uniform":
            return np.ones(modes)
        if self.reference == "named_test":
            return self._named(context, "test")
        if self.reference == "named_train":
            return self._named(context, "train")
        labels = open_prepared(context.dataset, context.data_folder, self.reference, context.on).labels
        if labels is None:
            raise GanpipeError(f"{context.data_folder}: its {self.reference} split has no labels to compare with")
        return np.bincount(labels.cpu().numpy(), minlength=modes).astype(np.float64)

    def _named(self, context: Context, split: Split) -> np.ndarray:
        """What the classifier makes of real images: counts or sums of probabilities, float64 [mode_count]."""
        assert context.classifier is not None
        what = {"measure": "modes", "split": split, "count": NAMED, **context.classifier.identity}
        images = real_batches(context, NAMED, 128, split)
        return kept(context, what, lambda: self._histograms(context, images))[self.labels]


def _pictures(dataset: Dataset, single: Dataset) -> int:
    """How many labelled pictures are stacked as the channels of one image: three digits, or one galaxy."""
    return dataset.sample_shape[0] // single.sample_shape[0]


def stacked_modes(probabilities: Tensor) -> Tensor:
    """The mode of each image by its pictures' most probable classes, d_0 + K d_1 + K^2 d_2 + ...

    Args:
        probabilities: float [n, channels, K].

    Returns:
        int64 [n].
    """
    _, channels, classes = probabilities.shape
    return (probabilities.argmax(2) * classes ** torch.arange(channels)).sum(1)


def joint_probabilities(probabilities: Tensor) -> Tensor:
    """The sum over images of the outer product of their channels' class probabilities, indexed as the modes are.

    Args:
        probabilities: float64 [n, channels, K].

    Returns:
        float64 [K ** channels].
    """
    joint = probabilities.new_ones(len(probabilities), 1)
    *lower, last = probabilities.unbind(1)
    for channel in lower:
        joint = (channel.unsqueeze(2) * joint.unsqueeze(1)).flatten(1)
    # Row-major: the last channel is the most significant digit.
    return (last.T @ joint).flatten()


def _over_sets(values: tuple[Measurement, ...]) -> Measurement:
    """The mean of one metric over sets, with the standard deviation as its error; undefined when one value is."""
    known = [measurement.value for measurement in values if measurement.value is not None]
    if len(known) < len(values):
        return replace(values[0], value=None, error=None)
    return replace(values[0], value=float(np.mean(known)), error=float(np.std(known, ddof=1)))
