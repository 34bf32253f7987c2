from __future__ import annotations

import numpy as np

from ganpipe.evaluation.networks.features import ClassifierFeatures
from ganpipe.evaluation.protocols.kid import KernelInceptionDistance

PROTOCOL = KernelInceptionDistance(samples=300, block=100, features=ClassifierFeatures())


def test_draws_from_the_training_images_score_nothing_on_average(evaluated, real_digits) -> None:
    rows = [PROTOCOL.measure(evaluated(real_digits, seed=seed), 100)[0] for seed in range(20)]
    values = np.array([row.value for row in rows])
    assert rows[0].floor == 0
    # All runs share the real side, whose own chance does not average out.
    assert abs(values.mean()) < 3 * np.mean([row.error for row in rows])
    assert rows[0].n == 300
    assert rows[0].metric == "kid_classifier"


def test_a_generator_of_one_image_is_far_away(evaluated, real_digits, one_digit) -> None:
    (collapsed,) = PROTOCOL.measure(evaluated(one_digit), 100)
    (real,) = PROTOCOL.measure(evaluated(real_digits), 100)
    assert collapsed.value > 10 * collapsed.error > 0
    assert collapsed.value > 20 * abs(real.value)


def test_a_sample_that_is_not_finite_leaves_no_value(evaluated, broken) -> None:
    (row,) = PROTOCOL.measure(evaluated(broken), 100)
    assert (row.value, row.error, row.floor) == (None, None, 0)
