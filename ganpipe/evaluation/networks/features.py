"""Feature extractors: what an image is before sets of images are compared.

Which one was used is part of a protocol's name and of its metrics' names: values from different features say nothing
about each other. Inception's with the published rule of resizing is what papers mean by FID, so its metrics carry no
suffix; those of the dataset's own classifier, which need no download, are called ``fid_classifier`` and so on.
"""

from __future__ import annotations

import typing
from abc import abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ganpipe.data.dataset import Dataset
from ganpipe.data.origin import Origin
from ganpipe.data.stand_ins import FromFiles
from ganpipe.evaluation.networks.stacked_classifier import (
    joint_probabilities,
    picture_probabilities,
    pictures_of,
    why_unnamed,
)
from ganpipe.spec.part import Part, canonical

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ganpipe.evaluation.networks.classifier import Classifier

WEIGHTS = "pt_inception-2015-12-05-6726825d.pth"
INCEPTION = Origin(
    name="inception",
    files={WEIGHTS: "sha256:6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"},
    mirrors=("https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/",),
    terms="TensorFlow's Inception of 2015, converted by pytorch-fid; Apache License 2.0",
)
"""The Inception network by which FID is defined, as the PyTorch port of its authors' weights publishes it (91 MB)."""


class Features(typing.Protocol):
    """An extractor on a device, ready for images of one dataset."""

    @property
    def identity(self) -> dict[str, Any]:
        """What decides the features of an image, as plain data."""

    def features(self, images: Tensor) -> Tensor:
        """float32 [n, features] of samples as a generator makes them: [n, channels, height, width] in its range."""

    def probabilities(self, images: Tensor) -> Tensor:
        """Class probabilities of the same: float32 [n, classes]."""


class Extractor(Part):
    """Which features a protocol looks at."""

    needs_classifier: ClassVar[bool] = False

    @property
    def origin(self) -> Origin | None:
        """The weights that it reads; None for extractors that need none."""
        return None

    @property
    @abstractmethod
    def suffix(self) -> str:
        """What the names of metrics end in."""

    @abstractmethod
    def applies_to(self, dataset: Dataset) -> str | None:
        """A sentence that says why it does not fit ``dataset``; None when it does."""

    @abstractmethod
    def open(
        self, dataset: Dataset, classifier: Classifier | None, weights: Path | None, device: torch.device
    ) -> Features:
        """Load it.

        Args:
            dataset: what the images are of.
            classifier: that of the dataset, for extractors that need it.
            weights: folder of the files of ``origin``, for extractors that have one.

        Raises:
            GanpipeError: the weights are missing, or not the published ones.
        """


class ClassifierFeatures(Extractor):
    """The input of the last layer of the classifier that names the dataset's modes.

    The channels of stacked images are read one by one: their features stand side by side, and their class probabilities
    are multiplied to those of the stack. No download, and nothing that could be compared with a paper.
    """

    kind: Literal["classifier"] = "classifier"
    source: ClassVar[str] = "ours: a stand-in for Inception that needs no download"
    needs_classifier: ClassVar[bool] = True

    @property
    def suffix(self) -> str:
        return "_classifier"

    def applies_to(self, dataset: Dataset) -> str | None:
        return why_unnamed(dataset)

    def open(
        self, dataset: Dataset, classifier: Classifier | None, weights: Path | None, device: torch.device
    ) -> StackedFeatures:
        assert classifier is not None
        assert dataset.value_range is not None
        return StackedFeatures(classifier, dataset.value_range)


@dataclass(frozen=True)
class StackedFeatures:
    """What a classifier sees in images of its own, or in stacks of them."""

    classifier: Classifier
    value_range: tuple[float, float]

    @property
    def identity(self) -> dict[str, Any]:
        return dict(self.classifier.identity)

    def features(self, images: Tensor) -> Tensor:
        pictures = pictures_of(self.classifier, images, self.value_range)
        return self.classifier.features(pictures).reshape(len(images), -1)

    def probabilities(self, images: Tensor) -> Tensor:
        return joint_probabilities(picture_probabilities(self.classifier, images, self.value_range))


class InceptionFeatures(FromFiles, Extractor):
    """The 2048 features before the last layer of the Inception network of FID (``pool3``), and its 1008 classes.

    Grey images are repeated as three channels. Pixels are rounded to the 256 levels of a picture, as real ones are.

    Attributes:
        resizing: how images become 299 x 299: ``bilinear`` without smoothing, as pytorch-fid does; or ``clean``,
            bicubic and smoothed when shrinking, as clean-fid does (Parmar et al., 2022).
    """

    kind: Literal["inception"] = "inception"
    version: ClassVar[int] = 2
    source: ClassVar[str] = "Heusel et al., 2017; pytorch-fid; clean-fid"

    resizing: Literal["bilinear", "clean"] = "bilinear"

    @property
    def published(self) -> Origin:
        return INCEPTION

    def identity_extras(self) -> dict[str, Any]:
        # Of one resizing only, so that numbers made with the other keep their names.
        clean = {"clean_version": 2} if self.resizing == "clean" else {}
        return {"weights": dict(self.origin.files), **clean}

    @property
    def suffix(self) -> str:
        return "" if self.resizing == "bilinear" else "_clean"

    def applies_to(self, dataset: Dataset) -> str | None:
        if dataset.value_range is None or len(dataset.sample_shape) != 3:
            return "needs images, which this dataset does not have"
        return None if dataset.sample_shape[0] in (1, 3) else "needs images of one or three channels"

    def open(
        self, dataset: Dataset, classifier: Classifier | None, weights: Path | None, device: torch.device
    ) -> Features:
        # Imported late: the network is a module of torch.
        from ganpipe.evaluation.networks.inception import PictureFeatures, load_inception

        assert dataset.value_range is not None
        network = load_inception(weights, device, dict(self.stand_ins).get(WEIGHTS))
        return PictureFeatures(network, self.resizing, dataset.value_range, canonical(self))
