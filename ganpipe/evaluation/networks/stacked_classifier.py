"""A classifier on images of its own and on stacks of them: it names each picture that it knows by itself.

A picture is an image of a galaxy, or each channel of stacked digits. The classes of an image's pictures make its mode,
the first picture the least significant digit, as :func:`ganpipe.data.samples.stacked_labels` numbers them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganpipe.data.dataset import Dataset
from ganpipe.data.samples import unit_interval

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.evaluation.networks.classifier import Classifier


def why_unnamed(dataset: Dataset) -> str | None:
    """A sentence that says why no classifier names the modes of ``dataset``; None when one does."""
    single = dataset.label_dataset
    if single is None or dataset.value_range is None or len(dataset.sample_shape) != 3:
        return "needs images whose modes a classifier can name, which this dataset does not have"
    if dataset.mode_count != single.mode_count ** (dataset.sample_shape[0] // single.sample_shape[0]):
        return "reads one class a picture, and this dataset has another number of modes"
    return None


def pictures_of(classifier: Classifier, images: Tensor, value_range: tuple[float, float]) -> Tensor:
    """The pictures of each image, one after the other: float32 [n * pictures, channels, height, width] in [0, 1].

    Args:
        images: float32 [n, pictures * channels, height, width] in ``value_range``.
    """
    channels = classifier.spec.dataset.sample_shape[0]
    pictures = images.shape[1] // channels
    return unit_interval(images.reshape(len(images) * pictures, channels, *images.shape[2:]), value_range)


def picture_probabilities(classifier: Classifier, images: Tensor, value_range: tuple[float, float]) -> Tensor:
    """Class probabilities of the pictures of each image, given as to :func:`pictures_of`: float32 [n, pictures, K]."""
    named = classifier.probabilities(pictures_of(classifier, images, value_range))
    # Counted and not inferred: there may be no images.
    pictures = images.shape[1] // classifier.spec.dataset.sample_shape[0]
    return named.reshape(len(images), pictures, classifier.classes)


def joint_probabilities(probabilities: Tensor) -> Tensor:
    """Probabilities of each image's modes: the outer product of its pictures' class probabilities.

    Args:
        probabilities: [n, pictures, K].

    Returns:
        [n, K ** pictures], of the same type.
    """
    joint = probabilities.new_ones(len(probabilities), 1)
    for picture in probabilities.unbind(1):
        # Row-major: the last picture is the most significant digit.
        joint = (picture.unsqueeze(2) * joint.unsqueeze(1)).flatten(1)
    return joint


def summed_probabilities(probabilities: Tensor) -> Tensor:
    """The sum of :func:`joint_probabilities` over images, without making those of every image.

    Args:
        probabilities: [n, pictures, K].

    Returns:
        [K ** pictures], of the same type.
    """
    return (probabilities[:, -1].T @ joint_probabilities(probabilities[:, :-1])).flatten()
