from __future__ import annotations

import numpy as np
import pytest
import torch

from ganpipe.data.prepare import open_prepared
from ganpipe.data.presets import PRESETS
from ganpipe.evaluation.networks.features import ClassifierFeatures
from ganpipe.evaluation.protocols import fid as module
from ganpipe.evaluation.protocols.fid import FrechetInceptionDistance
from ganpipe.evaluation.protocols.protocol import Context, Measurement

CPU = torch.device("cpu")
PROTOCOL = FrechetInceptionDistance(samples=300, features=ClassifierFeatures())


def test_is_the_formula_on_the_classifiers_features(evaluated) -> None:
    def draw(rng: np.random.Generator, count: int, step: int) -> torch.Tensor:
        return torch.from_numpy(rng.uniform(-1, 1, (count, 1, 8, 8)).astype(np.float32))

    context = evaluated(draw)
    (row,) = PROTOCOL.measure(context, 100)
    real = open_prepared(context.dataset, context.data_folder, "train", CPU)[:]
    generated = torch.cat(list(context.batches(100, 300, 500)))
    x, y = (context.classifier.features((images + 1) / 2).double().numpy() for images in (generated, real))
    first, second = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    # Dead units make the product singular, of which SciPy has no root.
    overlap = np.sqrt(np.maximum(np.linalg.eigvals(first @ second).real, 0)).sum()
    expected = np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(first + second) - 2 * overlap
    assert row.value == pytest.approx(expected, rel=1e-6)
    assert (row.metric, row.step, row.n, row.error) == ("fid_classifier", 100, 300, None)


def test_batches_change_nothing(evaluated, real_digits) -> None:
    context = evaluated(real_digits)
    (row,) = PROTOCOL.measure(context, 100)
    (other,) = PROTOCOL.model_copy(update={"batch_size": 37}).measure(context, 100)
    # The convolutions themselves round differently for another number of images.
    assert other.value == pytest.approx(row.value, rel=1e-4)


def test_the_floor_is_what_draws_from_the_training_images_score(evaluated, real_digits) -> None:
    rows = [PROTOCOL.measure(evaluated(real_digits, seed=seed), 100)[0] for seed in range(20)]
    values = [row.value for row in rows]
    assert rows[0].floor > 0
    assert abs(rows[0].floor - np.mean(values)) < 4 * np.std(values)
    # Draws repeat images, so even more of them than there are do not reach the training images' own moments.
    many = PROTOCOL.model_copy(update={"samples": 2000}).measure(evaluated(real_digits, seed=1), 100)[0]
    assert many.floor == pytest.approx(many.value, rel=0.5)
    fewer = PROTOCOL.model_copy(update={"samples": 100}).measure(evaluated(real_digits), 100)[0]
    assert fewer.floor > 1.5 * rows[0].floor


def test_a_generator_of_one_image_is_far_away(evaluated, real_digits, one_digit) -> None:
    (collapsed,), (real,) = (PROTOCOL.measure(evaluated(draw), 100) for draw in (one_digit, real_digits))
    assert np.isfinite(collapsed.value)
    assert collapsed.value > 20 * real.value


def test_a_sample_that_is_not_finite_leaves_no_value(evaluated, broken) -> None:
    (row,) = PROTOCOL.measure(evaluated(broken), 100)
    assert row.value is None
    assert row.floor is not None


def test_real_statistics_are_made_once_for_all_runs(evaluated, real_digits, monkeypatch) -> None:
    protocol = PROTOCOL.model_copy(update={"samples": 111})
    protocol.measure(evaluated(real_digits), 100)
    monkeypatch.setattr(module, "real_batches", None)
    monkeypatch.setattr(module, "ideal_batches", None)
    protocol.measure(evaluated(real_digits, seed=1), 100)


@pytest.mark.parametrize(
    ("values", "best", "looked_at"),
    [
        ([9.0, 5.0, 6.0, 4.0, 7.0, 4.0, 3.0], 4.0, 6),
        ([9.0, 8.0, 7.0], 7.0, 3),
        ([None, 5.0, None, None, 1.0], 5.0, 4),
        ([None, None, None, 1.0], None, 3),
        ([2.0, 3.0, 1.0, 4.0], 1.0, 4),
    ],
)
def test_with_patience_a_run_ends_when_its_distance_no_longer_improves(
    fake_run, tmp_path, monkeypatch, values: list[float | None], best: float | None, looked_at: int
) -> None:
    def measure(self: FrechetInceptionDistance, context: Context, step: int) -> list[Measurement]:
        return [Measurement("fid_classifier", step, values[step // 10 - 1], n=300, floor=0.5)]

    monkeypatch.setattr(FrechetInceptionDistance, "measure", measure)
    steps = [10 * (place + 1) for place in range(len(values))]
    run = fake_run(PRESETS["digits"], None, steps=steps)
    headline, *curve = PROTOCOL.model_copy(update={"patience": 2}).evaluate(Context(run, tmp_path, None, CPU))
    assert headline == Measurement("fid_classifier", None, best, n=300, floor=0.5)
    assert [row.step for row in curve] == steps[:looked_at]
    # Without patience, the last snapshot.
    assert PROTOCOL.evaluate(Context(run, tmp_path, None, CPU))[0].value == values[-1]
