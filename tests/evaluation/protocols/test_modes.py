from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.data.dataset import Dataset
from ganpipe.data.digits import Digits
from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.evaluation.estimators.kl import reference_floor, reverse_kl, reverse_kl_floor, sampling_floors
from ganpipe.evaluation.networks.classifier import Classifier
from ganpipe.evaluation.protocols.modes import ClassifiedModes
from ganpipe.evaluation.protocols.protocol import Context, Measurement

CPU = torch.device("cpu")
DIGITS, STACKED = PRESETS["digits"], PRESETS["stacked_digits"]


@pytest.fixture(scope="module")
def stacked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stacked")
    prepare(STACKED, folder, None)
    return folder


@pytest.fixture(scope="module")
def single_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("single")
    prepare(DIGITS, folder, None)
    return folder


def real(dataset: Dataset, folder: Path) -> Callable[[np.random.Generator, int, int], Tensor]:
    """An ideal generator: the training set itself."""
    samples = open_prepared(dataset, folder, "train", CPU)
    return lambda rng, count, step: samples.draw(rng, count)


def rows(protocol: ClassifiedModes, run, folder: Path, classifier: Classifier) -> dict[str, Measurement]:
    return {row.metric: row for row in protocol.measure(Context(run, folder, classifier, CPU), 100)}


def test_a_generator_of_one_image_has_one_mode(fake_run, stacked_folder: Path, classifier: Classifier) -> None:
    image = open_prepared(STACKED, stacked_folder, "test", CPU)[:1]
    run = fake_run(STACKED, lambda rng, count, step: image.repeat(count, 1, 1, 1))
    result = rows(ClassifiedModes(samples=300), run, stacked_folder, classifier)
    assert list(result) == list(ClassifiedModes().metrics)
    assert result["modes"].value == 1
    assert result["reverse_kl"].value == pytest.approx(math.log(1000))
    assert result["reverse_kl"].error == pytest.approx(0, abs=1e-9)
    assert result["forward_kl"].value == pytest.approx(0.999 * math.log(1e-3 / 1e-10) + 1e-3 * math.log(1e-3))


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_real_digits_score_close_to_the_floor(fake_run, single_folder: Path, classifier: Classifier, labels) -> None:
    run = fake_run(DIGITS, real(DIGITS, single_folder))
    result = rows(ClassifiedModes(samples=2000, labels=labels), run, single_folder, classifier)
    assert result["modes"].value == 10
    assert result["modes"].floor == pytest.approx(10)
    # The classes are not quite equal and the classifier not perfect, hence not the floor (0.002) itself.
    assert 0 < result["reverse_kl"].value < 0.02
    assert (result["reverse_kl"].error is None) == (labels == "soft")


def test_soft_histograms_average_what_hard_ones_count(fake_run, single_folder: Path, classifier: Classifier) -> None:
    """Against the classifier's own probabilities of the same images."""
    images = open_prepared(DIGITS, single_folder, "test", CPU)[:200]
    run = fake_run(DIGITS, lambda rng, count, step: images[:count])
    probabilities = classifier.probabilities((images + 1) / 2).double().numpy()
    soft = rows(ClassifiedModes(samples=200, batch_size=200, labels="soft"), run, single_folder, classifier)
    hard = rows(ClassifiedModes(samples=200, batch_size=200), run, single_folder, classifier)
    assert soft["reverse_kl"].value == pytest.approx(reverse_kl(probabilities.mean(0), np.ones(10)), rel=1e-6)
    counts = np.bincount(probabilities.argmax(1), minlength=10)
    assert hard["reverse_kl"].value == pytest.approx(reverse_kl(counts, np.ones(10)), rel=1e-12)
    assert soft["modes"] == hard["modes"]


def test_soft_histograms_take_one_doubtful_image_for_all_classes(fake_run, single_folder: Path) -> None:
    """The trap that docs/measures.md names."""

    class Undecided:
        """Gives every image nearly even probabilities, and the same label."""

        classes = 10
        spec = SimpleNamespace(dataset=DIGITS.label_dataset)

        def probabilities(self, images: Tensor) -> Tensor:
            return torch.tensor([0.118, *[0.098] * 9]).expand(len(images), 10)

    grey = fake_run(DIGITS, lambda rng, count, step: torch.zeros(count, 1, 8, 8))
    soft, hard = (
        rows(ClassifiedModes(samples=200, labels=labels), grey, single_folder, Undecided())  # type: ignore[arg-type]
        for labels in ("soft", "hard")
    )
    assert soft["modes"].value == 1
    assert soft["reverse_kl"].value < soft["reverse_kl"].floor
    assert hard["reverse_kl"].value == pytest.approx(math.log(10))


def test_reference_test_compares_with_the_labels_of_the_test_split(
    fake_run, single_folder: Path, classifier: Classifier
) -> None:
    test = open_prepared(DIGITS, single_folder, "test", CPU)
    assert test.labels is not None
    run = fake_run(DIGITS, lambda rng, count, step: test[:count])
    protocol = ClassifiedModes(samples=len(test), batch_size=len(test), reference="test")
    result = rows(protocol, run, single_folder, classifier)
    named = classifier.probabilities((test[:] + 1) / 2).argmax(1)
    expected = reverse_kl(np.bincount(named, minlength=10), np.bincount(test.labels, minlength=10))
    assert result["reverse_kl"].value == pytest.approx(expected, rel=1e-12)
    assert result["reverse_kl"].floor == reverse_kl_floor(len(test), 10) + reference_floor(10, len(test))


def test_reference_train_compares_with_the_labels_of_imbalanced_training_data(
    fake_run, tmp_path: Path, classifier: Classifier
) -> None:
    dataset = Imbalanced(base=Digits(), rare_classes=4, common_count=100, rare_count=5)
    prepare(dataset, tmp_path, None)
    test = open_prepared(dataset, tmp_path, "test", CPU)
    run = fake_run(dataset, lambda rng, count, step: test[:count])
    protocol = ClassifiedModes(samples=len(test), batch_size=len(test), labels="soft", reference="train")
    result = rows(protocol, run, tmp_path, classifier)
    assert list(result) == ["reverse_kl_train", "forward_kl_train"]
    p = classifier.probabilities((test[:] + 1) / 2).double().mean(0).tolist()
    q = [5 / 620] * 4 + [100 / 620] * 6
    reverse = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    forward = sum(b * math.log(b / a) for a, b in zip(p, q, strict=True))
    assert result["reverse_kl_train"].value == pytest.approx(reverse, rel=1e-6)
    assert result["forward_kl_train"].value == pytest.approx(forward, rel=1e-6)
    # The training data are what is to be learned, not a sample of it: nothing is added for their number.
    floors = sampling_floors(len(test), np.array(dataset.class_counts))
    assert (result["reverse_kl_train"].floor, result["forward_kl_train"].floor) == pytest.approx(floors)


@pytest.mark.parametrize("labels", ["hard", "soft"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_reference_named_compares_with_what_the_classifier_makes_of_real_images(
    fake_run, single_folder: Path, classifier: Classifier, split, labels
) -> None:
    real = open_prepared(DIGITS, single_folder, split, CPU)
    protocol = ClassifiedModes(samples=len(real), batch_size=len(real), labels=labels, reference=f"named_{split}")
    whole = rows(protocol, fake_run(DIGITS, lambda rng, count, step: real[:count]), single_folder, classifier)
    # However wrong the classifier is, data that are these images do not diverge from them.
    assert whole["reverse_kl"].value == pytest.approx(0, abs=1e-9)
    half = len(real) // 2
    protocol = protocol.model_copy(update={"samples": half})
    result = rows(protocol, fake_run(DIGITS, lambda rng, count, step: real[:count]), single_folder, classifier)
    named = classifier.probabilities((real[:] + 1) / 2).double()
    if labels == "hard":
        named = torch.eye(10, dtype=torch.float64)[named.argmax(1)]
    reference = named.sum(0).numpy()
    assert result["reverse_kl"].value == pytest.approx(reverse_kl(named[:half].sum(0).numpy(), reference), rel=1e-6)
    if split == "train":
        assert result["reverse_kl"].floor == pytest.approx(sampling_floors(half, reference)[0], rel=1e-6)
    else:
        assert result["reverse_kl"].floor == reverse_kl_floor(half, 10) + reference_floor(10, len(real))


@pytest.mark.parametrize("labels", ["hard", "soft"])
def test_reference_named_of_random_stacks_is_the_product_of_what_single_digits_are_named(
    fake_run, stacked_folder: Path, classifier: Classifier, labels
) -> None:
    samples = open_prepared(STACKED, stacked_folder, "train", CPU)
    assert samples.labels is None, "drawn on the fly"
    image = open_prepared(STACKED, stacked_folder, "test", CPU)[:1]
    protocol = ClassifiedModes(samples=50, labels=labels, reference="named_train")
    run = fake_run(STACKED, lambda rng, count, step: image.repeat(count, 1, 1, 1))
    found = rows(protocol, run, stacked_folder, classifier)

    of_pool = classifier.probabilities((samples.pool[:] + 1) / 2).double()
    if labels == "hard":
        of_pool = torch.eye(10, dtype=torch.float64)[of_pool.argmax(1)]
    shares = of_pool.mean(0)
    reference = torch.einsum("a,b,c->cba", shares, shares, shares).flatten().numpy()
    of_image = classifier.probabilities((image.reshape(3, 1, 8, 8) + 1) / 2).double()
    if labels == "hard":
        of_image = torch.eye(10, dtype=torch.float64)[of_image.argmax(1)]
    generated = torch.einsum("a,b,c->cba", *of_image).flatten().numpy()
    assert found["reverse_kl"].value == pytest.approx(reverse_kl(generated, reference), rel=1e-6)
    assert found["reverse_kl"].floor == pytest.approx(sampling_floors(50, reference)[0], rel=1e-6)


def test_several_sets_give_mean_and_standard_deviation(fake_run, single_folder: Path, classifier: Classifier) -> None:
    run = fake_run(DIGITS, real(DIGITS, single_folder), seed=5)
    context = Context(run, single_folder, classifier, CPU)
    protocol = ClassifiedModes(samples=100, sets=3)
    reference = np.ones(10)
    values = [protocol._measure_set(context, 100, index, reference)[1].value for index in range(3)]
    assert len(set(values)) == 3
    result = rows(protocol, run, single_folder, classifier)["reverse_kl"]
    assert result.value == pytest.approx(np.mean(values))
    assert result.error == pytest.approx(np.std(values, ddof=1))
    assert result.n == 100


def test_samples_that_are_not_finite_have_no_mode(fake_run, single_folder: Path, classifier: Classifier) -> None:
    image = open_prepared(DIGITS, single_folder, "test", CPU)[:1]

    def half(rng: np.random.Generator, count: int, step: int) -> Tensor:
        images = image.repeat(count, 1, 1, 1)
        images[::2, 0, 0, 0] = math.nan
        return images

    result = rows(ClassifiedModes(samples=200), fake_run(DIGITS, half), single_folder, classifier)
    assert (result["modes"].value, result["reverse_kl"].value) == (1, pytest.approx(math.log(10)))
    broken = fake_run(DIGITS, lambda rng, count, step: torch.full((count, 1, 8, 8), math.inf))
    result = rows(ClassifiedModes(samples=200, sets=2), broken, single_folder, classifier)
    assert (result["modes"].value, result["reverse_kl"].value, result["forward_kl"].value) == (0, None, None)


def test_images_are_generated_in_batches_with_the_statistics_asked_for(
    fake_run, single_folder: Path, classifier: Classifier
) -> None:
    run = fake_run(DIGITS, real(DIGITS, single_folder))
    rows(ClassifiedModes(samples=300, batch_statistics=True), run, single_folder, classifier)
    assert run.calls == [(100, 128, True), (100, 128, True), (100, 44, True)]


def test_a_colour_image_is_one_picture(fake_run, tmp_path: Path) -> None:
    galaxies = PRESETS["galaxy10"]
    seen: list[tuple[int, ...]] = []

    class ByBrightness:
        """Names an image by its brightness, a tenth a class."""

        classes = 10
        spec = SimpleNamespace(dataset=galaxies.label_dataset)

        def probabilities(self, images: Tensor) -> Tensor:
            seen.append(tuple(images.shape))
            return torch.nn.functional.one_hot((10 * images.mean(dim=(1, 2, 3))).long(), 10).float()

    def dark_and_bright(rng: np.random.Generator, count: int, step: int) -> Tensor:
        return torch.where(torch.arange(count) % 2 == 0, -0.9, 0.9).view(-1, 1, 1, 1).expand(count, 3, 64, 64)

    run = fake_run(galaxies, dark_and_bright)
    found = {
        row.metric: row.value
        for row in ClassifiedModes(samples=100).measure(Context(run, tmp_path, ByBrightness(), CPU), 100)  # type: ignore[arg-type]
    }
    assert seen == [(100, 3, 64, 64)]
    assert found["modes"] == 2
    assert found["reverse_kl"] == pytest.approx(math.log(5))


def test_does_not_fit_a_mixture() -> None:
    assert "classifier" in str(ClassifiedModes().applies_to(PRESETS["ring8_pacgan"]))
