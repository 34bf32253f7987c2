from pathlib import Path

import numpy as np
import pytest

from ganpipe.data.digits import Digits
from ganpipe.data.imbalanced import Imbalanced
from ganpipe.data.mnist import Mnist
from ganpipe.data.presets import PRESETS
from ganpipe.errors import GanpipeError

TOTALS = [50_000, 45_005, 40_010, 35_015, 30_020, 25_025, 20_030, 15_035, 10_040, 5_045]


def small(rare_classes: int, seed: int = 0) -> Imbalanced:
    return Imbalanced(base=Digits(), rare_classes=rare_classes, common_count=100, rare_count=5, seed=seed)


@pytest.mark.parametrize("rare_classes", range(10))
def test_class_histogram(rare_classes: int) -> None:
    recipe = small(rare_classes)
    labels = recipe.prepare(None)["train_labels"]
    assert np.bincount(labels).tolist() == recipe.class_counts == rare_classes * [5] + (10 - rare_classes) * [100]


def test_totals_of_the_paper(mnist_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Read once and not enlarged, because neither changes a label.
    arrays = Mnist().prepare(mnist_dir)
    monkeypatch.setattr(Mnist, "prepare", lambda *_: arrays)
    recipes = [PRESETS[f"mnist_imbalanced_D{k}"] for k in range(1, 11)]
    assert [len(recipe.prepare(mnist_dir)["train_labels"]) for recipe in recipes] == TOTALS


def test_subsets_are_nested() -> None:
    def rows(rare_classes: int) -> set[bytes]:
        return {image.tobytes() for image in small(rare_classes).prepare(None)["train_images"]}

    sizes = [len(rows(k)) for k in range(10)]
    assert sizes == [1000 - 95 * k for k in range(10)]
    assert all(rows(k + 1) < rows(k) for k in range(9))


def test_test_split_is_whole_and_seed_chooses_others() -> None:
    first, second = small(3).prepare(None), small(3, seed=1).prepare(None)
    np.testing.assert_array_equal(first["test_images"], Digits().prepare(None)["test_images"])
    assert not np.array_equal(first["train_images"], second["train_images"])


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(GanpipeError, match="5000 images of digit 0 are asked for, 143 exist"):
        Imbalanced(base=Digits(), rare_classes=0).prepare(None)
