from __future__ import annotations

import numpy as np
import pytest
import torch

from ganpipe.data.prepare import open_prepared
from ganpipe.evaluation.estimators.scores import inception_score, mode_score_against_real, split_inception_scores
from ganpipe.evaluation.networks.features import ClassifierFeatures
from ganpipe.evaluation.protocols.class_scores import ClassScores

PROTOCOL = ClassScores(samples=400, features=ClassifierFeatures())


def probabilities(context, images: torch.Tensor) -> np.ndarray:
    return context.classifier.probabilities((images + 1) / 2).double().numpy()


def test_is_the_three_scores_of_the_class_probabilities(evaluated, real_digits) -> None:
    context = evaluated(real_digits)
    score, mode, against_real = PROTOCOL.measure(context, 100)
    generated = probabilities(context, torch.cat(list(context.batches(100, 400, 500))))
    real = probabilities(context, open_prepared(context.dataset, context.data_folder, "train", context.device)[:])
    parts = split_inception_scores(generated, 10)
    assert score.value == pytest.approx(parts.mean(), rel=1e-5)
    assert score.error == pytest.approx(parts.std(ddof=1) / np.sqrt(10), rel=1e-3)
    assert mode.value == pytest.approx(inception_score(generated), rel=1e-5)
    assert against_real.value == pytest.approx(mode_score_against_real(generated, real.mean(0)), rel=1e-5)
    assert [row.metric for row in (score, mode, against_real)] == list(PROTOCOL.metrics)
    assert all(metric.endswith("_classifier") for metric in PROTOCOL.metrics)


def test_the_floor_is_what_training_images_score(evaluated, real_digits) -> None:
    trials = [[row.value for row in PROTOCOL.measure(evaluated(real_digits, seed=seed), 100)] for seed in range(20)]
    floors = [row.floor for row in PROTOCOL.measure(evaluated(real_digits), 100)]
    assert np.all(np.abs(floors - np.mean(trials, axis=0)) < 4 * np.std(trials, axis=0))
    assert 5 < floors[0] < 10


def test_a_generator_of_one_image_scores_one(evaluated, one_digit) -> None:
    score, mode, against_real = (row.value for row in PROTOCOL.measure(evaluated(one_digit), 100))
    assert (score, mode) == (pytest.approx(1), pytest.approx(1))
    assert 0 <= against_real < 0.5


def test_a_sample_that_is_not_finite_leaves_no_value(evaluated, broken) -> None:
    rows = PROTOCOL.measure(evaluated(broken), 100)
    assert [row.value for row in rows] == [None] * 3
    assert all(row.floor is not None for row in rows)
