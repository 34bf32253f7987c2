from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.data.mixtures import Ring
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.protocols.mixture import MixtureModes
from ganpipe.evaluation.protocols.protocol import Context, Measurement, headline

CPU = torch.device("cpu")


def curve(values: list[float | None], errors: list[float | None]) -> list[Measurement]:
    return [
        Measurement("reverse_kl", 10 * step, value, n=7, error=error, floor=0.25)
        for step, (value, error) in enumerate(zip(values, errors, strict=True))
    ]


def test_headline_averages_the_last_snapshots() -> None:
    rows = curve([9.0, 1.0, 2.0, 6.0], [9.0, 0.1, 0.2, 0.6])
    other = [Measurement("modes", row.step, 8.0, n=7) for row in rows]
    interleaved = [row for pair in zip(other, rows, strict=True) for row in pair]
    modes, reverse = headline(interleaved, 3)
    assert modes == Measurement("modes", None, 8.0, n=7)
    assert reverse == Measurement("reverse_kl", None, 3.0, n=7, error=pytest.approx(0.3), floor=0.25)


def test_one_undefined_value_makes_the_mean_undefined_unless_it_is_early() -> None:
    assert headline(curve([1.0, None], [0.1, None]), 2)[0].value is None
    assert headline(curve([None, 1.0], [None, 0.1]), 1)[0].value == 1.0


def test_every_snapshot_sees_the_same_latents_and_every_seed_others(fake_run) -> None:
    seen: dict[tuple[int, int], np.ndarray] = {}

    def evaluate(seed: int) -> None:
        def draw(rng: np.random.Generator, count: int, step: int) -> torch.Tensor:
            seen[seed, step] = rng.standard_normal((count, 2))
            return torch.from_numpy(seen[seed, step].astype(np.float32))

        run = fake_run(Ring(), draw, steps=(10, 20), seed=seed)
        rows = MixtureModes(samples=50, late=2).evaluate(Context(run, Path(), None, CPU))
        assert [row.step for row in rows] == [None] * 3 + [10] * 3 + [20] * 3

    evaluate(0)
    evaluate(1)
    assert np.array_equal(seen[0, 10], seen[0, 20])
    assert not np.array_equal(seen[0, 10], seen[1, 10])


def test_batches_do_not_change_the_latents(fake_run) -> None:
    run = fake_run(Ring(), lambda rng, count, step: torch.from_numpy(rng.standard_normal((count, 2))))
    context = Context(run, Path(), None, CPU)
    whole, parts = list(context.batches(100, 10, 10)), list(context.batches(100, 10, 4))
    assert [len(part) for part in parts] == [4, 4, 2]
    assert torch.equal(torch.cat(parts), whole[0])
    assert not torch.equal(next(context.batches(100, 10, 10, set_index=1)), whole[0])


def test_a_run_with_too_few_snapshots_is_refused(fake_run) -> None:
    run = fake_run(Ring(), lambda rng, count, step: torch.zeros(count, 2), steps=(10, 20))
    with pytest.raises(GanpipeError, match="averages the last 3 snapshots, the run has 2"):
        MixtureModes(samples=50, late=3).evaluate(Context(run, Path(), None, CPU))
