from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.presets import NETWORKS
from ganpipe.spec.method import Method


class Blueprint:
    """Small networks for points in the plane."""

    def __init__(self, method: Method, batch_norm: bool = False) -> None:
        self.method, self.batch_norm = method, batch_norm

    def generator(self) -> nn.Module:
        return MLPGenerator(width=8, batch_norm=self.batch_norm).build(2, (2,))

    def discriminator(self) -> nn.Module:
        return self.method.judge.discriminator(MLPDiscriminator(width=8), (2,))


def dice(seed: int = 0) -> Dice:
    return Dice(np.random.default_rng(seed), NETWORKS["mlp"], (2,))


def a_turn(method: Method, networks: dict[str, nn.Module] | None = None, batch_size: int = 6) -> Turn:
    torch.manual_seed(0)
    networks = networks or method.game.networks(Blueprint(method))
    count = batch_size * method.judge.group_size
    return Turn(method, networks, torch.randn(count, 2), method.noise(dice(), count), {})


def gradients(networks: Mapping[str, nn.Module]) -> dict[str, bool]:
    return {
        name: any(parameter.grad is not None and bool(parameter.grad.any()) for parameter in network.parameters())
        for name, network in networks.items()
    }


@pytest.mark.parametrize("method", [Method(), Method(judge=Packed(size=3)), Method(objective=Minimax())])
def test_losses_are_the_objective_of_the_logits(method: Method) -> None:
    turn = a_turn(method)
    losses = method.losses(turn)
    fake = turn.networks["generator"](turn.noise["z"])
    on_real, on_fake = turn.networks["discriminator"](turn.real), turn.networks["discriminator"](fake)
    assert torch.equal(losses["discriminator"](), method.objective.discriminator(on_real, on_fake))
    assert torch.equal(losses["generator"](), method.objective.generator(on_fake))


def test_the_discriminators_loss_does_not_reach_the_generator() -> None:
    turn = a_turn(Method())
    GAN().losses(turn)["discriminator"]().backward()
    assert gradients(turn.networks) == {"generator": False, "discriminator": True}


def test_the_generators_loss_reaches_the_generator_through_the_discriminator() -> None:
    turn = a_turn(Method())
    loss = GAN().losses(turn)["generator"]()
    found = torch.autograd.grad(loss, list(turn.networks["generator"].parameters()))
    assert all(gradient.any() for gradient in found)


def test_the_generators_loss_needs_no_real_samples() -> None:
    turn = a_turn(Method())
    with_real = GAN().losses(turn)["generator"]()
    without = GAN().losses(replace(turn, real=turn.real[:0]))["generator"]()
    assert torch.equal(with_real, without)
    assert {name: player.sees_real for name, player in GAN().players.items()} == {
        "discriminator": True,
        "generator": False,
    }


def test_every_player_trains_a_network_of_the_game_and_the_generator_is_one() -> None:
    networks = GAN().networks(Blueprint(Method()))
    trained = [name for player in GAN().players.values() for name in player.networks]
    assert sorted(trained) == sorted(networks)
    assert "generator" in networks
    assert set(GAN.adversaries) <= set(networks)


def test_real_and_generated_samples_do_not_share_batch_statistics() -> None:
    turn = a_turn(Method())
    seen: list[Tensor] = []
    turn.networks["discriminator"].register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    GAN().losses(turn)["discriminator"]()
    assert [len(batch) for batch in seen] == [6, 6]
    assert torch.equal(seen[0], turn.real)


def test_fakes_of_a_pack_come_from_the_judge_with_its_own_batch_statistics() -> None:
    method = Method(judge=Packed(size=2))
    generator = MLPGenerator(width=4, batch_norm=True).build(2, (2,))
    networks = {"generator": generator, "discriminator": Blueprint(method).discriminator()}
    sizes: list[int] = []
    generator.register_forward_pre_hook(lambda _module, inputs: sizes.append(len(inputs[0])))
    losses = method.losses(a_turn(method, networks, batch_size=5))
    losses["discriminator"]()
    losses["generator"]()
    assert sizes == [5, 5, 5, 5]


def test_noise_is_a_function_of_the_generator() -> None:
    noise = [GAN().noise(dice(seed), 5)["z"] for seed in (0, 0, 1)]
    assert noise[0].shape == (5, 2)
    assert torch.equal(noise[0], noise[1])
    assert not torch.equal(noise[0], noise[2])
