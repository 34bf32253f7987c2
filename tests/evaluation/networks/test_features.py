from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ganpipe.data.presets import PRESETS
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.metrics import FEATURES
from ganpipe.evaluation.networks.classifier import Classifier
from ganpipe.evaluation.networks.features import ClassifierFeatures, InceptionFeatures
from ganpipe.spec.part import canonical

CPU = torch.device("cpu")
STACKED, DIGITS = PRESETS["stacked_digits"], PRESETS["digits"]


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(0)) * 2 - 1


def test_a_classifiers_features_are_what_its_last_layer_reads(classifier: Classifier, images: torch.Tensor) -> None:
    single = (images[:, :1] + 1) / 2
    features = classifier.features(single)
    with torch.inference_mode():
        expected = classifier.network[-1](features).softmax(1)
    torch.testing.assert_close(expected, classifier.probabilities(single))
    assert features.shape == (6, 64)


def test_another_training_of_the_same_classifier_is_another_yardstick(classifier: Classifier) -> None:
    """What is kept of real images for one must not be compared with what the other sees in generated ones."""
    again = replace(classifier, weights_sha256="another machine's")
    opened = [ClassifierFeatures().open(DIGITS, each, None, CPU).identity for each in (classifier, again)]
    assert opened[0]["classifier"] == opened[1]["classifier"]
    assert opened[0] != opened[1]


def test_stacked_images_are_read_channel_by_channel(classifier: Classifier, images: torch.Tensor) -> None:
    stacked = ClassifierFeatures().open(STACKED, classifier, None, CPU)
    alone = ClassifierFeatures().open(DIGITS, classifier, None, CPU)
    parts = [alone.features(images[:, channel : channel + 1]) for channel in range(3)]
    torch.testing.assert_close(stacked.features(images), torch.cat(parts, dim=1))


def test_probabilities_of_a_stack_are_products_in_the_order_of_modes(
    classifier: Classifier, images: torch.Tensor
) -> None:
    joint = ClassifierFeatures().open(STACKED, classifier, None, CPU).probabilities(images)
    single = [classifier.probabilities((images[:, channel : channel + 1] + 1) / 2) for channel in range(3)]
    assert joint.shape == (6, 1000)
    torch.testing.assert_close(joint.sum(1), torch.ones(6))
    for first, second, third in ((1, 2, 3), (9, 0, 4)):
        expected = single[0][:, first] * single[1][:, second] * single[2][:, third]
        torch.testing.assert_close(joint[:, first + 10 * second + 100 * third], expected)


def test_which_datasets_they_fit() -> None:
    classifier, inception = ClassifierFeatures(), InceptionFeatures()
    for name in ("digits", "stacked_digits", "mnist_64", "stacked_mnist_pacgan"):
        assert classifier.applies_to(PRESETS[name]) is None
        assert inception.applies_to(PRESETS[name]) is None
    assert "classifier" in str(classifier.applies_to(PRESETS["ring8_pacgan"]))
    assert "needs images" in str(inception.applies_to(PRESETS["ring8_pacgan"]))


def test_metrics_say_which_features_they_are_made_of() -> None:
    extractors = (InceptionFeatures(), InceptionFeatures(resizing="clean"), ClassifierFeatures())
    assert [extractor.suffix for extractor in extractors] == list(FEATURES)


def test_the_weights_are_part_of_an_evaluations_identity(tmp_path: Path) -> None:
    (checksum,) = canonical(InceptionFeatures())["weights"].values()
    assert checksum.startswith("sha256:6726825d")
    assert canonical(InceptionFeatures()) != canonical(InceptionFeatures(resizing="clean"))
    with pytest.raises(GanpipeError, match="no such file"):
        InceptionFeatures().open(DIGITS, None, tmp_path, CPU)
