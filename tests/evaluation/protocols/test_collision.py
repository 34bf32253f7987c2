from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganpipe.data.prepare import open_prepared
from ganpipe.evaluation.estimators.collisions import wilson_interval
from ganpipe.evaluation.networks.features import ClassifierFeatures
from ganpipe.evaluation.protocols.collision import BirthdayParadox
from ganpipe.evaluation.protocols.reference import distinct_batches

PROTOCOL = BirthdayParadox(batch_size=64, samples=20 * 64, features=ClassifierFeatures(), real_batches=39)


def rows(context, protocol: BirthdayParadox = PROTOCOL) -> list[float | None]:
    return [row.value for row in protocol.measure(context, 100)]


@pytest.fixture
def new_images(evaluated, one_digit):
    """A generator that never repeats an image: batches of different training images."""
    batches = distinct_batches(evaluated(one_digit), 1000, PROTOCOL.batch_size)
    return lambda rng, count, step: next(batches)


def test_finds_planted_duplicates(evaluated, new_images) -> None:
    """A copy with noise far below what tells two digits apart, in every other batch."""
    batches = 0

    def draw(rng: np.random.Generator, count: int, step: int) -> torch.Tensor:
        nonlocal batches
        images = new_images(rng, count, step)
        if batches % 2 == 0:
            images[40] = images[7] + 1e-3 * torch.from_numpy(rng.standard_normal((1, 8, 8)).astype(np.float32))
        batches += 1
        return images

    rate, low, high = rows(evaluated(draw))
    assert 0.5 <= rate <= 0.7
    assert (low, high) == wilson_interval(round(20 * rate), 20)
    assert low < rate < high


def test_stays_at_its_false_alarm_rate_without_duplicates(evaluated, new_images) -> None:
    """Over 300 batches and one calibration, whose own chance is a standard deviation of 3 %."""
    protocol = PROTOCOL.model_copy(update={"samples": 300 * 64})
    row, *_ = protocol.measure(evaluated(new_images), 100)
    assert row.value < 0.05 + 3 * 0.034
    assert row.floor == 0.05
    assert row.n == 300 * 64


def test_a_generator_of_few_images_collides_always(evaluated, images_folder: Path) -> None:
    def draw(rng: np.random.Generator, count: int, step: int) -> torch.Tensor:
        return images[rng.integers(100, size=count)]

    context = evaluated(draw)
    images = open_prepared(context.dataset, images_folder, "train", context.device)[:]
    assert rows(context)[0] == 1


def test_the_contact_sheet_shows_the_most_similar_pairs_first(evaluated, new_images, tmp_path: Path) -> None:
    def draw(rng: np.random.Generator, count: int, step: int) -> torch.Tensor:
        images = new_images(rng, count, step)
        images[11], images[12] = 1.0, 1.0
        return images

    rows(evaluated(draw, picture=tmp_path / "pairs.png"), PROTOCOL.model_copy(update={"pairs": 4}))
    picture = np.asarray(Image.open(tmp_path / "pairs.png"))
    height, width, _ = picture.shape
    # Four pairs in a square of pairs, each two images of 8x8 wide with a white margin of a pixel below and beside it.
    assert width / height == (2 * 8 + 1) / (8 + 1)
    assert (picture == 255).all()  # of 20 batches, the four most alike pairs are planted


def test_duplicates_among_the_real_images_leave_the_rate_undefined(evaluated, one_digit, monkeypatch) -> None:
    protocol = PROTOCOL.model_copy(update={"pairs": 19})
    monkeypatch.setattr(
        "ganpipe.evaluation.protocols.collision.distinct_batches",
        lambda context, count, size: [one_digit(None, size, 0)] * count,
    )
    assert rows(evaluated(one_digit), protocol) == [None] * 3


def test_a_sample_that_is_not_finite_leaves_no_value(evaluated, broken) -> None:
    assert rows(evaluated(broken)) == [None] * 3
