"""The classifier that names the modes of images: how it is trained once, stored and loaded.

One classifier serves every target made of the same images: stacked digits are read channel by channel, and larger
images are shrunk to its size.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import safetensors
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganpipe.data.dataset import Samples
from ganpipe.data.prepare import open_prepared
from ganpipe.data.samples import unit_interval
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.files import read_json, replacing, sha256_of, write_json
from ganpipe.layout import RESULT
from ganpipe.provenance import commit, provenance
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.explain import validated

logger = logging.getLogger(__name__)

WEIGHTS = "classifier.safetensors"
CHUNK = 128
"""Images classified at once: what stays in the cache of a CPU; 256 are slower."""


@dataclass(frozen=True)
class Classifier:
    """A trained classifier on a device.

    Attributes:
        accuracy: share of the test images that it names correctly.
        weights_sha256: of its weights, which another machine trains otherwise from the same specification.
    """

    spec: ClassifierSpec
    folder: Path
    network: nn.Sequential
    accuracy: float
    weights_sha256: str

    @classmethod
    def open(cls, folder: Path, device: torch.device) -> Self:
        """Load a classifier that :func:`train_classifier` wrote.

        Raises:
            GanpipeError: it is unfinished, or its files are garbled.
        """
        path = folder / RESULT
        result = read_json(path)
        try:
            spec, accuracy = validated(ClassifierSpec, result["spec"], str(path)), float(result["accuracy"])
            weights = folder / WEIGHTS
            checksum = sha256_of(weights)
            if checksum != result["weights_sha256"]:
                raise GanpipeError(f"{weights}: not the weights that {path} describes; delete the folder")
            network = _build(spec)
            network.load_state_dict(safetensors.torch.load_file(weights))
        except (KeyError, TypeError, OSError, RuntimeError, ValueError, safetensors.SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise GanpipeError(f"{path}: not a trained classifier ({type(error).__name__}: {reason})") from None
        return cls(spec, folder, network.to(device).eval(), accuracy, checksum)

    @property
    def identity(self) -> dict[str, str]:
        """What decides its answers, as plain data."""
        return {"classifier": self.spec.classifier_id, "weights": self.weights_sha256}

    @property
    def classes(self) -> int:
        return self.spec.dataset.mode_count

    def require(self, minimum: float) -> None:
        """Refuse a classifier that is too poor to count modes with.

        Raises:
            GanpipeError: its accuracy on the test images is below ``minimum``.
        """
        if self.accuracy < minimum:
            raise GanpipeError(
                f"{self.folder / RESULT}: accuracy {self.accuracy:.4f} is below {minimum:g}, which evaluations require"
            )

    @torch.inference_mode()
    def probabilities(self, images: Tensor) -> Tensor:
        """Class probabilities of images.

        Args:
            images: float32 [n, channels, height, width] in [0, 1]; shrunk to the classifier's size by averaging areas.

        Returns:
            float32 [n, classes], on the images' device.
        """
        return torch.cat([self.network(chunk).softmax(1) for chunk in _chunks(images, self.spec.architecture.size)])

    @torch.inference_mode()
    def features(self, images: Tensor) -> Tensor:
        """What the last layer reads of images, given as to :meth:`probabilities`.

        Returns:
            float32 [n, features], on the images' device.
        """
        body = self.network[:-1]
        return torch.cat([body(chunk) for chunk in _chunks(images, self.spec.architecture.size)])


def train_classifier(spec: ClassifierSpec, data_folder: Path, folder: Path, device: torch.device) -> Path:
    """Train a classifier and judge it on the test split.

    Writes classifier.safetensors and then result.json with the accuracy, the confusion matrix (rows: true classes) and
    the provenance. A poor classifier is written all the same; evaluations refuse it.

    Args:
        data_folder: where ``spec.dataset`` was prepared.
        folder: where the results go.

    Returns:
        The path of result.json.
    """
    source, started = commit(), time.monotonic()
    train = open_prepared(spec.dataset, data_folder, "train", device)
    test = open_prepared(spec.dataset, data_folder, "test", device)
    # Initialisation and dropout use torch's global generators: seeded here, and the caller's restored.
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(spec.seed)
        network = _build(spec).to(device)
        _fit(network, spec, train, device)
    with replacing(folder / WEIGHTS) as temporary:
        header = {"spec": spec.model_dump_json()}
        tensors = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
        safetensors.torch.save_file(tensors, temporary, metadata=header)

    checksum = sha256_of(folder / WEIGHTS)
    confusion = _confusion(Classifier(spec, folder, network.eval(), 0.0, checksum), test)
    accuracy = float(np.trace(confusion) / confusion.sum())
    if accuracy < spec.minimum_accuracy:
        logger.warning("accuracy %.4f is below %g, which evaluations require", accuracy, spec.minimum_accuracy)
    result = {
        "schema": 1,
        "classifier_id": spec.classifier_id,
        "accuracy": accuracy,
        "n": int(confusion.sum()),
        "confusion": confusion.tolist(),
        "seconds": time.monotonic() - started,
        "weights_sha256": checksum,
        "spec": json.loads(spec.model_dump_json()),
        "provenance": provenance(device, source),
    }
    write_json(folder / RESULT, result)
    return folder / RESULT


def _build(spec: ClassifierSpec) -> nn.Sequential:
    return spec.architecture.build(spec.dataset.mode_count)


def _fit(network: nn.Sequential, spec: ClassifierSpec, train: Samples, device: torch.device) -> None:
    optimizer = torch.optim.Adadelta(network.parameters(), lr=spec.learning_rate, rho=0.95, eps=1e-7)
    labels = _labels(spec, train)
    weights = class_weights(labels, spec.dataset.mode_count) if spec.balanced else None
    network.train()
    for epoch in range(spec.epochs):
        order = torch.from_numpy(generator(spec.seed, Purpose.CLASSIFIER, epoch).permutation(len(labels))).to(device)
        losses = []
        for batch in torch.split(order, spec.batch_size):
            (chunk,) = _chunks(_images(spec, train, batch), spec.architecture.size, len(batch))
            loss = F.cross_entropy(network(chunk), labels[batch], weights)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(loss.detach())
        logger.info("epoch %d of %d: loss %.4f", epoch + 1, spec.epochs, torch.stack(losses).mean())


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """float32 [classes]: n / (classes n_c), with which every class weighs the same in a sum over n images.

    Args:
        labels: int64 [n]; classes without any image get the weight of one with a single image.
    """
    counts = labels.bincount(minlength=classes).clamp(min=1)
    return (len(labels) / (classes * counts.double())).float()


def _confusion(classifier: Classifier, test: Samples) -> np.ndarray:
    """int64 [classes, classes]: how many test images of each class (row) were given each name (column)."""
    labels = _labels(classifier.spec, test)
    # A chunk at a time, for all images as float32 may be more than the memory holds.
    chunks = torch.split(torch.arange(len(labels), device=labels.device), CHUNK)
    named = torch.cat([classifier.probabilities(_images(classifier.spec, test, chunk)).argmax(1) for chunk in chunks])
    cells = torch.bincount(labels * classifier.classes + named, minlength=classifier.classes**2)
    return cells.reshape(classifier.classes, classifier.classes).cpu().numpy()


def _labels(spec: ClassifierSpec, samples: Samples) -> Tensor:
    """The class of every image."""
    channels, reads = spec.dataset.sample_shape[0], spec.architecture.channels
    if samples.labels is None or spec.dataset.value_range is None:
        raise GanpipeError("a classifier learns from labelled images; choose another dataset")
    if channels != reads:
        raise GanpipeError(f"{spec.architecture.kind} reads images of {reads} channels, and these have {channels}")
    return samples.labels


def _images(spec: ClassifierSpec, samples: Samples, indices: Tensor) -> Tensor:
    """Some images in [0, 1]."""
    assert spec.dataset.value_range is not None
    return unit_interval(samples[indices], spec.dataset.value_range)


def _chunks(images: Tensor, size: int, chunk: int = CHUNK) -> Iterator[Tensor]:
    for part in torch.split(images, chunk):
        resized = part if part.shape[-1] == size else F.interpolate(part, (size, size), mode="area")
        yield resized.to(memory_format=torch.channels_last)
