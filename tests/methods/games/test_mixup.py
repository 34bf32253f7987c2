from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.games.mixup import Mixup
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.methods.objectives.objective import Objective
from ganpipe.methods.objectives.wasserstein import Wasserstein
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.presets import DATASETS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training


def dice(seed: int = 0) -> Dice:
    return Dice(np.random.default_rng(seed), NETWORKS["mlp"], (2,))


def a_turn(method: Method, batch_size: int = 6, **noise: Tensor) -> Turn:
    torch.manual_seed(0)
    count = batch_size * method.judge.group_size
    discriminator = method.judge.discriminator(MLPDiscriminator(width=8), (2,))
    networks = {"generator": MLPGenerator(width=8).build(2, (2,)), "discriminator": discriminator}
    return Turn(method, networks, torch.randn(count, 2) + 1.0, method.noise(dice(), count) | noise, {})


@pytest.mark.parametrize("alpha", [0.2, 1.0, 3.0])
def test_shares_are_of_the_symmetric_beta_distribution(alpha: float) -> None:
    count = 40_000
    shares = Mixup(alpha=alpha).noise(dice(), count)["lambda"].double()
    variance = 1.0 / (4.0 * (2.0 * alpha + 1.0))
    assert shares.min() >= 0
    assert shares.max() <= 1
    assert abs(shares.mean().item() - 0.5) < 4.5 * (variance / count) ** 0.5
    assert shares.var().item() == pytest.approx(variance, rel=0.03)


def test_latents_are_those_of_the_plain_game_and_every_logit_has_its_own_share() -> None:
    noise = Mixup().noise(dice(3), 7)
    assert torch.equal(noise["z"], GAN().noise(dice(3), 7)["z"])
    assert len(noise["lambda"].unique()) == 7
    assert noise["lambda"].dtype == torch.float32


@pytest.mark.parametrize("judge", [Single(), Equivariant(), Packed(size=3)])
def test_losses_are_those_of_a_plain_loop(judge: Judge) -> None:
    turn = a_turn(Method(game=Mixup(), judge=judge), 4)
    fake, shares = turn.networks["generator"](turn.noise["z"]).detach(), turn.noise["lambda"]
    blend = torch.stack([shares[i % 4] * turn.real[i] + (1 - shares[i % 4]) * fake[i] for i in range(len(fake))])
    logits = torch.sigmoid(turn.networks["discriminator"](blend)).tolist()
    pairs = list(zip(shares.tolist()[:4], logits, strict=True))
    cross_entropy = -sum(a * math.log(d) + (1 - a) * math.log(1 - d) for a, d in pairs) / 4
    losses = turn.method.losses(turn)
    assert losses["discriminator"]().item() == pytest.approx(cross_entropy, rel=1e-5)
    assert losses["generator"]().item() == pytest.approx(-sum(math.log(d) for _, d in pairs) / 4, rel=1e-5)


def test_with_minimax_it_is_the_printed_game_of_opposite_losses() -> None:
    turn = a_turn(Method(game=Mixup(), objective=Minimax()))
    losses = turn.method.losses(turn)
    assert torch.equal(losses["generator"](), -losses["discriminator"]())


@pytest.mark.parametrize("objective", [Method().objective, Minimax()])
def test_the_generator_raises_the_logit_on_what_is_mostly_its_own(objective: Objective) -> None:
    turn = a_turn(Method(game=Mixup(), objective=objective), **{"lambda": torch.full((6,), 0.1)})
    generator, discriminator = turn.networks["generator"], turn.networks["discriminator"]

    def logit() -> float:
        blend = torch.lerp(generator(turn.noise["z"]), turn.real, 0.1)
        return float(discriminator(blend).mean().item())

    before = logit()
    parameters = list(generator.parameters())
    found = torch.autograd.grad(turn.method.losses(turn)["generator"](), parameters)
    with torch.no_grad():
        for parameter, gradient in zip(parameters, found, strict=True):
            parameter -= 1e-2 * gradient
    assert logit() > before


@pytest.mark.parametrize(("share", "name"), [(1.0, "real"), (0.0, "fake")])
def test_unmixed_samples_are_judged_as_in_the_plain_game(share: float, name: str) -> None:
    turn = a_turn(Method(game=Mixup()), **{"lambda": torch.full((6,), share)})
    fake = turn.networks["generator"](turn.noise["z"])
    logits = turn.networks["discriminator"](turn.real if name == "real" else fake)
    expected = getattr(turn.method.objective, name)(logits).mean()
    assert torch.equal(turn.method.losses(turn)["discriminator"](), expected)


def test_the_discriminators_loss_does_not_reach_the_generator() -> None:
    turn = a_turn(Method(game=Mixup()))
    turn.method.losses(turn)["discriminator"]().backward()
    assert all(parameter.grad is None for parameter in turn.networks["generator"].parameters())


class Penalised(Turn):
    """A turn whose regularisers add a constant to each player's loss."""

    def discriminator_penalty(self, *_: object) -> Tensor:
        return torch.tensor(3.0)

    def generator_penalty(self, *_: object) -> Tensor:
        return torch.tensor(5.0)


def test_what_regularisers_add_is_added() -> None:
    turn = a_turn(Method(game=Mixup()))
    losses, more = (turn.method.game.losses(one) for one in (turn, Penalised(**vars(turn))))
    for player, penalty in (("discriminator", 3.0), ("generator", 5.0)):
        assert more[player]().item() == pytest.approx(losses[player]().item() + penalty, abs=1e-6)


def test_a_critic_is_refused_in_one_sentence() -> None:
    def reason(objective: Objective) -> str | None:
        return RunSpec(
            dataset=DATASETS["ring8_pacgan"],
            networks=NETWORKS["mlp"],
            method=Method(game=Mixup(), objective=objective),
            training=Training(steps=1, batch_size=2),
        ).refuses()

    refusal = reason(Wasserstein())
    assert refusal is not None
    assert refusal.startswith("method: mixup asks the discriminator for a share")
    assert reason(Minimax()) is None
