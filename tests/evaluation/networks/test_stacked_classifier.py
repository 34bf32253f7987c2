from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.data.samples import stacked_labels
from ganpipe.evaluation.networks.classifier import Classifier
from ganpipe.evaluation.networks.stacked_classifier import (
    joint_probabilities,
    picture_probabilities,
    pictures_of,
    summed_probabilities,
    why_unnamed,
)

CPU = torch.device("cpu")
STACKED = PRESETS["stacked_digits"]


@pytest.fixture
def probabilities() -> torch.Tensor:
    """Of seven images of three pictures with four classes."""
    p = torch.rand(7, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    return p / p.sum(2, keepdim=True)


def test_joint_probabilities_agree_with_plain_loops(probabilities: torch.Tensor) -> None:
    joint = torch.zeros(7, 64, dtype=torch.float64)
    for image, p in enumerate(probabilities.tolist()):
        for a in range(4):
            for b in range(4):
                for c in range(4):
                    joint[image, a + 4 * b + 16 * c] = p[0][a] * p[1][b] * p[2][c]
    torch.testing.assert_close(joint_probabilities(probabilities), joint, rtol=1e-12, atol=0)
    torch.testing.assert_close(summed_probabilities(probabilities), joint.sum(0), rtol=1e-12, atol=0)


def test_single_pictures_are_as_they_are(probabilities: torch.Tensor) -> None:
    single = probabilities[:, :1]
    assert joint_probabilities(single).equal(single[:, 0])
    torch.testing.assert_close(summed_probabilities(single), single[:, 0].sum(0))


def test_the_most_probable_mode_is_made_of_the_most_probable_classes(probabilities: torch.Tensor) -> None:
    modes = stacked_labels(probabilities.argmax(2), 4)
    assert joint_probabilities(probabilities).argmax(1).equal(modes)
    plain = [sum(p.index(max(p)) * 4**place for place, p in enumerate(image)) for image in probabilities.tolist()]
    assert modes.tolist() == plain


def test_modes_are_numbered_as_the_labels_of_stacked_digits(tmp_path: Path, classifier: Classifier) -> None:
    """The classifier is imperfect, so nearly all triples must match, channel order included."""
    prepare(STACKED, tmp_path, None)
    samples = open_prepared(STACKED, tmp_path, "test", CPU)
    assert samples.labels is not None
    modes = joint_probabilities(picture_probabilities(classifier, samples[:500], (-1.0, 1.0))).argmax(1)
    assert (modes == samples.labels[:500]).double().mean() > 0.75


def test_pictures_are_channels_or_whole_images(classifier: Classifier) -> None:
    images = torch.rand(5, 3, 8, 8) * 2 - 1
    pictures = pictures_of(classifier, images, (-1.0, 1.0))
    assert pictures.shape == (15, 1, 8, 8)
    assert pictures[4, 0].equal((images[1, 1] + 1) / 2)
    assert pictures_of(classifier, images[:, :1], (0.0, 1.0)).equal(images[:, :1])


@pytest.mark.parametrize("channels", [1, 3])
def test_of_no_images_there_are_no_pictures(classifier: Classifier, channels: int) -> None:
    assert picture_probabilities(classifier, torch.zeros(0, channels, 8, 8), (0.0, 1.0)).shape == (0, channels, 10)


@pytest.mark.parametrize(
    "name",
    ["digits", "stacked_digits", "mnist", "stacked_mnist_presgan", "mnist_imbalanced_D3", "galaxy10", "cifar10"],
)
def test_datasets_whose_modes_a_classifier_names(name: str) -> None:
    assert why_unnamed(PRESETS[name]) is None


def test_datasets_without_such_modes() -> None:
    for name in ("ring8_pacgan", "celeba"):
        assert str(why_unnamed(PRESETS[name])).startswith("needs images whose modes a classifier can name")
    pairs = SimpleNamespace(
        label_dataset=PRESETS["digits"].label_dataset, value_range=(0.0, 1.0), sample_shape=(2, 8, 8), mode_count=10
    )
    assert "another number of modes" in str(why_unnamed(pairs))  # type: ignore[arg-type]
