from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.mixed_batch import MixedBatch
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.networks.mlp import MLPDiscriminator
from ganpipe.presets import NETWORKS
from ganpipe.spec.method import Method
from ganpipe.theory.batch_discriminator import optimal_discriminator
from ganpipe.training.adam import Adam, Group


class Category(nn.Module):
    """Latents N(0, 1) -> one of three unit vectors, with probabilities of one's choice."""

    def __init__(self, probabilities: Sequence[float]) -> None:
        super().__init__()
        self.bounds = torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(probabilities).cumsum(0)[:-1])

    def forward(self, z: Tensor) -> Tensor:
        return nn.functional.one_hot(torch.searchsorted(self.bounds, z[:, 0]), 3).float()


@pytest.mark.parametrize(("gamma", "reading"), [(0.5, "batch"), (0.15, "sample")])
def test_a_trained_discriminator_is_the_one_of_proposition_1(gamma: float, reading: str) -> None:
    """Three values, batches of four: 15 different batches, on all of which D* is known."""
    size, real, generated = 4, (0.6, 0.3, 0.1), (0.1, 0.3, 0.6)
    method = Method(game=MixedBatch(gamma=gamma, reading=reading), judge=Equivariant())
    torch.manual_seed(0)
    discriminator = method.judge.discriminator(MLPDiscriminator(width=24, activation="tanh"), (3,))
    networks = {"generator": Category(generated), "discriminator": discriminator}
    dice = Dice(np.random.default_rng(0), NETWORKS["mlp"].model_copy(update={"latent_dim": 1}), (2,))
    data = Category(real)
    group = Group(list(discriminator.parameters()), 1e-2)
    optimiser = Adam([group], (0.9, 0.99))
    steps, batches = 200, 8
    for step in range(steps):
        group.learning_rate = 1e-2 * (1.0 - step / steps)
        loss = torch.zeros(())
        for _ in range(batches):
            x = data(dice.latents(size))
            turn = Turn(method, networks, x, method.noise(dice, size), {})
            loss = loss + method.losses(turn)["discriminator"]() / batches
        optimiser.step(torch.autograd.grad(loss, group.parameters))
    errors, distances = [], []
    for values in product(range(3), repeat=size):
        if list(values) != sorted(values):
            continue
        batch = nn.functional.one_hot(torch.tensor(values), 3).float()
        logits = discriminator(batch).detach()
        found = torch.sigmoid(logits.mean() if reading == "batch" else logits).numpy()
        log_p1, log_p2 = (np.log([p[value] for value in values]) for p in (real, generated))
        errors.append(np.abs(found - optimal_discriminator(log_p1, log_p2, gamma)).max())
        distances.append(np.abs(found - optimal_discriminator(log_p1, log_p2, 0.65 - gamma)).max())
    assert np.mean(errors) < 0.04
    assert max(errors) < 0.15
    assert np.mean(distances) > 2 * np.mean(errors), "the test can tell one prior from another"
