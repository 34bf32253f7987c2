from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.vae import VAE
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.networks.joint import JointNetwork, joined
from ganpipe.networks.mlp import MaxoutDiscriminator, MLPDiscriminator
from ganpipe.networks.network import BaseNetwork
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training

N = 6
JUDGES = [Single(), Packed(size=3), Set(size=2, hidden=8), Minibatch(kernels=4, kernel_dim=2), Equivariant()]


def a_turn(penalty: GradientPenalty, judge: Judge | None = None) -> Turn:
    method = Method(judge=judge or Single(), regularisers=Regularisers(gradient_penalty=penalty))
    coefficients = torch.rand(N, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    return Turn(method, {}, torch.empty(0), {"gradient_penalty": coefficients}, {})


def samples(seed: int, group_size: int = 1, features: int = 3) -> Tensor:
    noise = torch.Generator().manual_seed(seed)
    return torch.randn(group_size * N, features, dtype=torch.float64, generator=noise)


def test_of_a_linear_critic_it_is_about_its_weights_only() -> None:
    w = torch.tensor([1.0, -2.0, 2.0], dtype=torch.float64, requires_grad=True)
    penalty = GradientPenalty(weight=7.0)
    loss = penalty.discriminator_penalty(a_turn(penalty), lambda x: x @ w, samples(0), samples(1))
    assert loss.item() == pytest.approx(7.0 * (3.0 - 1.0) ** 2)
    (gradient,) = torch.autograd.grad(loss, w)
    torch.testing.assert_close(gradient, 7.0 * 2.0 * (3.0 - 1.0) * w.detach() / 3.0)


def test_of_a_quadratic_critic_it_is_taken_between_the_pairs() -> None:
    a = torch.tensor(1.7, dtype=torch.float64, requires_grad=True)
    penalty, real, fake = GradientPenalty(), samples(0), samples(1)
    turn = a_turn(penalty)
    loss = penalty.discriminator_penalty(turn, lambda x: a / 2 * x.square().sum(dim=1), real, fake)
    e = turn.noise["gradient_penalty"].unsqueeze(1)
    distance = (e * real + (1 - e) * fake).norm(dim=1)
    torch.testing.assert_close(loss, 10.0 * (a * distance - 1).square().mean())
    (gradient,) = torch.autograd.grad(loss, a)
    torch.testing.assert_close(gradient, (10.0 * 2 * (a * distance - 1) * distance).mean().detach())


def test_a_pack_has_one_coefficient_and_one_norm() -> None:
    m, a = 3, torch.tensor(0.8, dtype=torch.float64)
    penalty, real, fake = GradientPenalty(), samples(0, m), samples(1, m)
    turn = a_turn(penalty, Packed(size=m))

    def critic(x: Tensor) -> Tensor:
        return a / 2 * x.reshape(m, N, 3).square().sum(dim=(0, 2))

    expected = 0.0
    for logit in range(N):
        e, squares = turn.noise["gradient_penalty"][logit], 0.0
        for member in range(m):
            between = e * real[member * N + logit] + (1 - e) * fake[member * N + logit]
            squares += (a * between).square().sum().item()
        expected += 10.0 * (squares**0.5 - 1.0) ** 2 / N
    assert penalty.discriminator_penalty(turn, critic, real, fake).item() == pytest.approx(expected)


def test_a_critic_that_is_flat_has_finite_gradients() -> None:
    w = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    penalty = GradientPenalty()
    loss = penalty.discriminator_penalty(a_turn(penalty), lambda x: x @ w, samples(0), samples(1))
    assert loss.item() == pytest.approx(10.0)
    assert torch.autograd.grad(loss, w)[0].isfinite().all()


def test_coefficients_are_uniform_one_for_each_logit() -> None:
    dice = Dice(np.random.default_rng(0), NETWORKS["mlp"], (2,))
    coefficients = GradientPenalty().noise(dice, 6000, 3)["gradient_penalty"]
    assert coefficients.shape == (2000,)
    assert 0 <= coefficients.min() < 0.01
    assert 0.99 < coefficients.max() <= 1
    assert coefficients.mean().item() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("network", [MLPDiscriminator(width=8, activation="tanh"), MaxoutDiscriminator(width=8)])
@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("judge", JUDGES)
def test_its_gradient_is_that_of_finite_differences(judge: Judge, joint: bool, network: BaseNetwork) -> None:
    torch.manual_seed(1)
    base: BaseNetwork = JointNetwork(network, (3,), 2) if joint else network  # type: ignore[arg-type]
    discriminator = judge.discriminator(base, (5,) if joint else (3,)).double()
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3)
    size = judge.group_size
    real, fake = (joined(samples(s, size), samples(s + 2, size, 2)) if joint else samples(s, size) for s in (0, 1))
    penalty = GradientPenalty()
    turn = a_turn(penalty, judge)

    def value() -> Tensor:
        return penalty.discriminator_penalty(turn, discriminator, real, fake)

    parameters, h = list(discriminator.parameters()), 1e-6
    gradients = torch.autograd.grad(value(), parameters, allow_unused=True)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        direction = torch.randn_like(parameter)
        ends = []
        for sign in (1.0, -1.0):
            with torch.no_grad():
                parameter.add_(sign * h * direction)
            ends.append(value().item())
            with torch.no_grad():
                parameter.sub_(sign * h * direction)
        expected = 0.0 if gradient is None else (gradient * direction).sum().item()
        assert (ends[0] - ends[1]) / (2 * h) == pytest.approx(expected, rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("method", ["wgan_gp", "gan_gp"])
def test_it_is_added_to_the_discriminators_loss_only(method: str) -> None:
    turn = a_turn(GradientPenalty())
    turn = Turn(METHODS[method], {}, turn.real, turn.noise, {})
    w, real, fake = torch.tensor([0.0, 3.0, 4.0], dtype=torch.float64), samples(0), samples(1)

    def critic(x: Tensor) -> Tensor:
        return x @ w

    plain = METHODS[method].objective.discriminator(critic(real), critic(fake))
    torch.testing.assert_close(turn.discriminator_loss(critic, real, fake), plain + 10.0 * (5.0 - 1.0) ** 2)
    assert turn.generator_penalty(samples(2), fake).item() == 0


def refusal(change: Callable[[RunSpec], RunSpec]) -> str | None:
    run = RunSpec(
        dataset=DATASETS["stacked_digits"],
        networks=NETWORKS["small_conv"],
        method=METHODS["gan_gp"],
        training=Training(steps=1, batch_size=2),
    )
    return change(run).refuses()


def test_batch_norm_in_the_discriminator_is_refused() -> None:
    refused = refusal(lambda run: run)
    assert refused is not None
    assert refused.startswith("method: gradient_penalty is about the slope of single logits")
    assert refused.endswith("set networks.discriminator.batch_norm: false")
    assert refusal(lambda run: run.model_copy(update={"networks": _plain(run)})) is None


def test_a_game_without_discriminator_is_refused() -> None:
    method = METHODS["gan_gp"].model_copy(update={"game": VAE()})
    run = RunSpec(
        dataset=DATASETS["ring8_pacgan"],
        networks=NETWORKS["mlp"],
        method=method,
        training=Training(steps=1, batch_size=2),
    )
    assert GradientPenalty().refuses(run) == "is about a discriminator, and vae has none"


def _plain(run: RunSpec) -> object:
    discriminator = run.networks.discriminator.model_copy(update={"batch_norm": False})
    return run.networks.model_copy(update={"discriminator": discriminator})
