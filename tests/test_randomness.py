from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from ganpipe.randomness import Purpose, generator


def test_equal_counts_give_equal_numbers_whatever_was_drawn_before() -> None:
    first = generator(3, Purpose.LATENT, 17, 1)
    first.random(5)
    expected = generator(3, Purpose.LATENT, 17, 2).standard_normal(100)
    generator(4, Purpose.REAL).random(1000)
    np.testing.assert_array_equal(generator(3, Purpose.LATENT, 17, 2).standard_normal(100), expected)


def test_seeds_purposes_steps_and_draws_all_give_other_numbers() -> None:
    counts = list(product((0, 1, 2**63 - 1), (Purpose.REAL, Purpose.LATENT), (0, 1, 2**40), (0, 1, 2)))
    seen = {generator(seed, purpose, step, draw).bytes(16) for seed, purpose, step, draw in counts}
    assert len(seen) == len(counts)


def test_streams_do_not_overlap() -> None:
    # 10,000 numbers of one draw run into none of the next draw or step, as they would with a counter that is too short.
    numbers = [
        generator(0, Purpose.LATENT, step, draw).integers(2**64, size=10_000, dtype=np.uint64)
        for step, draw in ((0, 0), (0, 1), (1, 0))
    ]
    assert len(np.unique(np.concatenate(numbers))) == 30_000


def test_neighbouring_streams_are_uncorrelated() -> None:
    count = 20_000
    counts = product(range(3), range(2))
    streams = np.stack([generator(0, Purpose.LATENT, step, draw).standard_normal(count) for step, draw in counts])
    correlations = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlations).max() < 5 / np.sqrt(count)
    assert np.abs(streams.mean(axis=1)).max() < 5 / np.sqrt(count)


def test_numbers_are_pinned() -> None:
    # Every finished run depends on these; a change of them is a change of every run's mathematics.
    pinned = [942, 937, 488, 234, 599, 448, 829, 536]
    assert [generator(1, purpose, 2, 3).integers(1000) for purpose in sorted(Purpose)[: len(pinned)]] == pinned


@pytest.mark.parametrize("arguments", [(-1, Purpose.REAL), (2**64, Purpose.REAL), (0, Purpose.REAL, -1)])
def test_counts_outside_the_range_are_refused_and_not_wrapped(arguments: tuple[int, ...]) -> None:
    with pytest.raises(OverflowError):
        generator(*arguments)  # type: ignore[arg-type]


def test_purposes_are_numbered_as_ever() -> None:
    names = ["INITIALISATION", "REAL", "LATENT", "EVALUATION", "DATASET", "CLASSIFIER", "BOOTSTRAP", "PLAN"]
    assert [purpose.name for purpose in sorted(Purpose)][: len(names)] == names
    assert [int(purpose) for purpose in sorted(Purpose)] == list(range(len(Purpose)))
