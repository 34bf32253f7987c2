from __future__ import annotations

import torch

from ganpipe.data.prepare import open_prepared
from ganpipe.evaluation.estimators.manifold import expected_coverage, manifold_scores
from ganpipe.evaluation.networks.features import ClassifierFeatures
from ganpipe.evaluation.protocols.prdc import ManifoldCoverage
from ganpipe.evaluation.protocols.reference import real_batches

PROTOCOL = ManifoldCoverage(samples=200, features=ClassifierFeatures())


def test_is_the_four_scores_of_the_features(evaluated) -> None:
    def draw(rng, count: int, step: int) -> torch.Tensor:
        return images[rng.integers(len(images), size=count)] + 0.3 * torch.from_numpy(
            rng.standard_normal((count, 1, 8, 8))
        )

    context = evaluated(draw)
    images = open_prepared(context.dataset, context.data_folder, "test", torch.device("cpu"))[:]
    context = evaluated(lambda rng, count, step: draw(rng, count, step).float())
    rows = PROTOCOL.measure(context, 100)
    real, generated = (
        context.classifier.features((torch.cat(list(batches)) + 1) / 2).numpy()
        for batches in (real_batches(context, 200, 200), context.batches(100, 200, 500))
    )
    scores = manifold_scores(real, generated, 5)
    assert [row.value for row in rows] == [scores.precision, scores.recall, scores.density, scores.coverage]
    assert [row.metric for row in rows] == [
        f"{name}_classifier" for name in ("precision", "recall", "density", "coverage")
    ]
    assert 0 < scores.precision < 1
    assert [row.floor for row in rows] == [None, None, 1.0, expected_coverage(200, 200, 5)]


def test_one_training_image_is_precise_and_covers_nearly_nothing(evaluated, one_digit) -> None:
    precision, recall, _, coverage = (row.value for row in PROTOCOL.measure(evaluated(one_digit), 100))
    assert precision in (0, 1)
    assert recall <= 1 / 200
    assert coverage < 0.2


def test_a_sample_that_is_not_finite_leaves_no_value(evaluated, broken) -> None:
    rows = PROTOCOL.measure(evaluated(broken), 100)
    assert [row.value for row in rows] == [None] * 4
    assert rows[2].floor == 1
