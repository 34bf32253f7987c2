"""Turns of any method, with networks as a run would build them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.presets import DATASETS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import build_networks

NETWORKS_FOR = {"ring8_pacgan": "mlp", "stacked_digits": "small_conv"}


@pytest.fixture
def turn_of() -> Callable[..., Turn]:
    """turn_of(method, dataset="ring8_pacgan", batch_size=6): an update on made-up samples, without batch norm.

    Latents of images are made short, so that a small batch is large enough for a covariance.
    """

    def a_turn(method: Method, dataset: str = "ring8_pacgan", batch_size: int = 6, **networks: Any) -> Turn:
        base = NETWORKS[NETWORKS_FOR[dataset]]
        discriminator = base.discriminator.model_copy(update={"batch_norm": False})
        base = base.model_copy(update={"discriminator": discriminator, "latent_dim": 3} | networks)
        training = Training(steps=1, batch_size=batch_size)
        spec = RunSpec(dataset=DATASETS[dataset], networks=base, method=method, training=training)
        assert spec.refuses() is None
        count, shape = batch_size * method.judge.group_size, spec.dataset.sample_shape
        noise = method.noise(Dice(np.random.default_rng(0), base, shape), count)
        real = torch.randn(count, *shape, generator=torch.Generator().manual_seed(0))
        return Turn(method, dict(build_networks(spec).items()), real, noise, {})

    return a_turn
