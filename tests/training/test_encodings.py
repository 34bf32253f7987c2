from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ganpipe.presets import METHODS
from ganpipe.spec.run import RunSpec
from ganpipe.training.encodings import encodings
from ganpipe.training.run import FinishedRun

Make = Callable[..., RunSpec]
Train = Callable[..., dict[str, Any]]

POINTS = torch.randn(50, 2, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def finished(make: Make, train: Train, tmp_path: Path) -> Callable[[str], FinishedRun]:
    """A short run of a method on a ring."""

    def run(method: str) -> FinishedRun:
        folder = tmp_path / method
        train(make("ring", method, snapshots=2), folder)
        return FinishedRun.open(folder)

    return run


def test_an_inverse_is_the_trained_network_of_that_snapshot(finished: Callable[[str], FinishedRun]) -> None:
    run = finished("invertgan")
    first, last = run.steps[0], run.steps[-1]
    assert first < last
    made = encodings(run, last, POINTS)
    assert made is not None
    with torch.no_grad():
        torch.testing.assert_close(made, run.networks(last)["encoder"](POINTS))
    assert not torch.equal(made, encodings(run, first, POINTS))  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["bigan", "ali", "veegan", "vae", "invertgan_discriminator"])
def test_every_game_with_an_encoder_gives_latents(method: str, finished: Callable[[str], FinishedRun]) -> None:
    run = finished(method)
    made = encodings(run, run.steps[-1], POINTS)
    assert made is not None
    assert made.shape == (50, run.spec.networks.latent_dim)
    assert torch.equal(made, encodings(run, run.steps[-1], POINTS))  # type: ignore[arg-type]
    noisy = METHODS[method].game.kind == "vae" or method == "ali"
    twice = encodings(run, run.steps[-1], torch.zeros(2, 2))
    assert twice is not None
    assert torch.equal(twice[0], twice[1]) is not noisy


def test_a_method_without_an_encoder_has_none(finished: Callable[[str], FinishedRun]) -> None:
    run = finished("gan")
    assert encodings(run, run.steps[-1], POINTS) is None
