"""What decides a classifier, and its identity."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from ganpipe.data.dataset import Dataset
from ganpipe.evaluation.networks.architectures import Architecture
from ganpipe.spec.part import Spec, canonical, digest


class ClassifierSpec(Spec):
    """Everything that decides a classifier.

    Attributes:
        dataset: labelled images with a test split, with as many channels as the architecture reads.
        learning_rate: of Adadelta (rho 0.95), which is scale-free at 1, the default of Keras when PacGAN was written.
        balanced: weigh the loss of every class by the inverse of its frequency, so that rare ones are learnt too.
        minimum_accuracy: share of test images that it must name correctly for an evaluation to use it.
    """

    version: ClassVar[int] = 1

    dataset: Dataset
    architecture: Architecture
    epochs: int = Field(ge=1)
    batch_size: int = Field(128, ge=1)
    learning_rate: float = Field(1.0, gt=0)
    seed: int = Field(0, ge=0)
    balanced: bool = False
    minimum_accuracy: float = Field(ge=0, le=1)

    @property
    def classifier_id(self) -> str:
        return digest({"classifier": canonical(self), "version": self.version})
