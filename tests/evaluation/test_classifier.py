from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.data.samples import unit_interval
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.architectures import Digits8
from ganpipe.evaluation.classifier import Classifier, train_classifier
from ganpipe.evaluation.classifier_spec import ClassifierSpec
from ganpipe.evaluation.presets import CLASSIFIERS
from ganpipe.files import read_json

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


def test_only_labelled_single_channel_images_teach(tmp_path: Path) -> None:
    stacked = PRESETS["stacked_digits"]
    prepare(stacked, tmp_path, None)
    spec = ClassifierSpec(dataset=stacked, architecture=Digits8(), epochs=1, minimum_accuracy=0.5)
    with pytest.raises(GanpipeError, match="single-channel"):
        train_classifier(spec, tmp_path, tmp_path / "classifier", CPU)
    assert not (tmp_path / "classifier").exists()


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
