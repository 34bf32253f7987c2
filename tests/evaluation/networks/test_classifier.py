from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import safetensors.torch
import torch

from ganpipe.data import galaxy10
from ganpipe.data.digits import Digits
from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.samples import unit_interval
from ganpipe.data.stacked import Stacked
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.networks.architectures import Colour64, Digits8
from ganpipe.evaluation.networks.classifier import Classifier, class_weights, train_classifier
from ganpipe.evaluation.networks.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS
from ganpipe.files import read_json
from tests.data.official import matching, write_galaxy10

CPU = torch.device("cpu")
SMOKE = CLASSIFIERS["digits_smoke"]


def test_result_states_what_the_network_does(classifier: Classifier, digits_folder: Path) -> None:
    result = read_json(classifier.folder / "result.json")
    test = open_prepared(SMOKE.dataset, digits_folder, "test", CPU)
    assert test.labels is not None
    named = classifier.probabilities(test[:]).argmax(1)
    assert result["accuracy"] == classifier.accuracy == (named == test.labels).double().mean().item()
    assert result["n"] == len(test)
    assert result["classifier_id"] == SMOKE.classifier_id
    for true, row in enumerate(result["confusion"]):
        assert row == torch.bincount(named[test.labels == true], minlength=10).tolist()
    assert result["provenance"]["torch"] == torch.__version__
    assert classifier.spec == SMOKE


def test_smoke_classifier_passes_its_own_floor(classifier: Classifier) -> None:
    classifier.require(SMOKE.minimum_accuracy)


def test_a_poor_classifier_is_refused(classifier: Classifier) -> None:
    with pytest.raises(GanpipeError, match=r"result\.json: accuracy 0\.9\d+ is below 0\.9999, which evaluations"):
        classifier.require(0.9999)


def test_probabilities_sum_to_one_at_any_image_size(classifier: Classifier, digits_folder: Path) -> None:
    images = open_prepared(SMOKE.dataset, digits_folder, "test", CPU)[:300]
    at_size = classifier.probabilities(images)
    torch.testing.assert_close(at_size.sum(1), torch.ones(300))
    # Enlarging by repetition is undone exactly by averaging areas.
    enlarged = images.repeat_interleave(3, 2).repeat_interleave(3, 3)
    torch.testing.assert_close(classifier.probabilities(enlarged), at_size)


def test_training_is_repeatable_and_leaves_the_callers_generator_alone(digits_folder: Path, tmp_path: Path) -> None:
    spec = SMOKE.model_copy(update={"epochs": 1})
    torch.manual_seed(1)
    expected = torch.rand(3)
    weights = []
    for run in ("a", "b"):
        torch.manual_seed(1)
        train_classifier(spec, digits_folder, tmp_path / run, CPU)
        assert torch.equal(torch.rand(3), expected)
        weights.append((tmp_path / run / "classifier.safetensors").read_bytes())
    assert weights[0] == weights[1]
    train_classifier(spec.model_copy(update={"seed": 1}), digits_folder, tmp_path / "c", CPU)
    assert (tmp_path / "c" / "classifier.safetensors").read_bytes() != weights[0]


def test_a_classifier_below_its_floor_is_written_and_says_so(
    digits_folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spec = SMOKE.model_copy(update={"epochs": 1, "minimum_accuracy": 1.0})
    train_classifier(spec, digits_folder, tmp_path, CPU)
    assert "is below 1, which evaluations require" in caplog.text
    poor = Classifier.open(tmp_path, CPU)
    with pytest.raises(GanpipeError, match="below 1"):
        poor.require(poor.spec.minimum_accuracy)


def test_only_labelled_images_with_the_right_channels_teach(tmp_path: Path) -> None:
    for count, message in (
        (None, "learns from labelled images"),
        (10, "digits8 reads images of 1 channels, and these have 3"),
    ):
        stacked = Stacked(base=Digits(), count=count)
        prepare(stacked, tmp_path / str(count), None)
        spec = ClassifierSpec(dataset=stacked, architecture=Digits8(), epochs=1, minimum_accuracy=0.5)
        with pytest.raises(GanpipeError, match=message):
            train_classifier(spec, tmp_path / str(count), tmp_path / "classifier", CPU)
    assert not (tmp_path / "classifier").exists()


@pytest.fixture
def galaxies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Galaxy10 in small, with one rare class, prepared for a classifier."""
    raw = tmp_path / "raw"
    raw.mkdir()
    write_galaxy10(raw, [40] * 5 + [3] + [40] * 4)
    monkeypatch.setattr(galaxy10, "ORIGIN", matching(galaxy10.ORIGIN, raw))
    prepare(CLASSIFIERS["galaxy10"].dataset, tmp_path / "data", raw)
    return tmp_path / "data"


def test_colour_images_are_read_whole(galaxies: Path, tmp_path: Path) -> None:
    spec = ClassifierSpec(
        dataset=CLASSIFIERS["galaxy10"].dataset,
        architecture=Colour64(width=4),
        epochs=1,
        balanced=True,
        minimum_accuracy=0.0,
    )
    train_classifier(spec, galaxies, tmp_path / "classifier", CPU)
    classifier = Classifier.open(tmp_path / "classifier", CPU)
    confusion = torch.tensor(read_json(tmp_path / "classifier" / "result.json")["confusion"])
    assert confusion.sum(1).tolist() == [4] * 5 + [1] + [4] * 4
    assert classifier.accuracy == confusion.diagonal().sum().item() / confusion.sum().item()
    images = open_prepared(spec.dataset, galaxies, "test", CPU)[:]
    probabilities = classifier.probabilities(images)
    assert probabilities.shape == (37, 10)
    assert classifier.features(images).shape == (37, 4 * 8)
    # All three colours count.
    for channel in range(3):
        changed = images.clone()
        changed[:, channel] = 0
        assert not torch.equal(classifier.probabilities(changed), probabilities)


def test_balanced_weights_give_every_class_the_same_part() -> None:
    labels = torch.tensor([0] * 6 + [1] * 3 + [3])
    weights = class_weights(labels, 4)
    torch.testing.assert_close(weights, torch.tensor([10 / 24, 10 / 12, 10 / 4, 10 / 4]))
    parts = torch.zeros(4).index_add(0, labels, weights[labels])
    torch.testing.assert_close(parts, torch.tensor([2.5, 2.5, 0.0, 2.5]))


def test_balancing_changes_what_is_learnt_and_the_identity(digits_folder: Path, tmp_path: Path) -> None:
    plain = SMOKE.model_copy(update={"epochs": 1})
    balanced = plain.model_copy(update={"balanced": True})
    assert plain.classifier_id != balanced.classifier_id
    for spec in (plain, balanced):
        train_classifier(spec, digits_folder, tmp_path / str(spec.balanced), CPU)
    weights = [(tmp_path / name / "classifier.safetensors") for name in ("False", "True")]
    first, second = (safetensors.torch.load_file(path) for path in weights)
    assert any(not torch.equal(first[name], second[name]) for name in first)


def test_unit_interval() -> None:
    images = torch.tensor([-1.0, 0.0, 1.0])
    assert unit_interval(images, (-1.0, 1.0)).tolist() == [0.0, 0.5, 1.0]
    assert unit_interval(images, (0.0, 1.0)) is images


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "result.json").unlink(), r"result\.json: no such file"),
        (lambda folder: (folder / "result.json").write_text("{"), r"result\.json: not valid JSON"),
        (lambda folder: (folder / "result.json").write_text("[]"), r"result\.json: not a trained classifier"),
        (lambda folder: (folder / "result.json").write_text("{}"), r"result\.json: not a trained classifier"),
        (lambda folder: (folder / "classifier.safetensors").unlink(), "not a trained classifier"),
        (
            lambda folder: (folder / "classifier.safetensors").write_bytes(b"x"),
            r"classifier\.safetensors: not the weights that .*result\.json describes",
        ),
        (lambda folder: edit(folder, epochs=0), r"result\.json: epochs: should be greater than or equal to 1"),
        (lambda folder: edit(folder, architecture={"kind": "digits8", "width": 8}), "not a trained classifier"),
    ],
)
def test_a_damaged_folder_is_one_line(classifier_folder: Path, tmp_path: Path, damage, message: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(classifier_folder, folder)
    damage(folder)
    with pytest.raises(GanpipeError, match=message) as caught:
        Classifier.open(folder, CPU)
    assert "\n" not in str(caught.value)


def edit(folder: Path, **changes: object) -> None:
    result = read_json(folder / "result.json")
    result["spec"] |= changes
    (folder / "result.json").write_text(json.dumps(result))
