from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
import torch
from scipy.special import beta as beta_function
from scipy.special import betainc, comb
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.games.mixed_batch import MixedBatch, entropy
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.methods.objectives.wasserstein import Wasserstein
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.methods.regularisers.spectral_norm import SpectralNorm
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.presets import DATASETS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer

NETWORKS_2D = NETWORKS["mlp"]
READINGS = ("batch", "sample")


def dice(seed: int = 0, networks: Networks = NETWORKS_2D) -> Dice:
    return Dice(np.random.default_rng(seed), networks, (2,))


def a_turn(method: Method, batch_size: int = 6, seed: int = 0, **noise: Tensor) -> Turn:
    """A turn over small networks; equal judges and seeds give equal networks, samples and latents."""
    torch.manual_seed(seed)
    count = batch_size * method.judge.group_size
    discriminator = method.judge.discriminator(MLPDiscriminator(width=8), (2,))
    networks = {"generator": MLPGenerator(width=8).build(2, (2,)), "discriminator": discriminator}
    return Turn(method, networks, torch.randn(count, 2) + 1.0, method.noise(dice(seed), count) | noise, {})


def gradients(turn: Turn, player: str) -> Sequence[Tensor]:
    loss = turn.method.losses(turn)[player]()
    return torch.autograd.grad(loss, list(turn.networks[player].parameters()))


def divergence(u: float, v: float) -> float:
    """KL(Ber(u) || Ber(v)), equation 3, with 0 log 0 = 0."""
    return sum(a * math.log(a / b) for a, b in ((u, v), (1 - u, 1 - v)) if a > 0)


# The mixing


def closed_form(size: int, gamma: float) -> list[float]:
    """P(#beta = k): C(B, k) times the integral of p^k (1 - p)^(B - k) over the prior, k = 0..B."""
    if gamma == 0:
        return [0.5, *[0.0] * (size - 1), 0.5]
    probabilities = []
    for k in range(size + 1):
        a, b = k + 1, size - k + 1
        share = betainc(a, b, gamma) + 1.0 - betainc(a, b, 1.0 - gamma)
        probabilities.append(comb(size, k) * beta_function(a, b) * share / (2.0 * gamma))
    return probabilities


@pytest.mark.parametrize("gamma", [0.0, 0.1, 0.3, 0.5])
def test_real_samples_in_a_batch_are_as_many_as_the_prior_says(gamma: float) -> None:
    size, draws, game, one = 5, 8000, MixedBatch(gamma=gamma), dice()
    counts = np.bincount([int(game.noise(one, size)["beta"].sum()) for _ in range(draws)], minlength=size + 1)
    expected = np.array(closed_form(size, gamma))
    assert expected.sum() == pytest.approx(1.0)
    assert (np.abs(counts / draws - expected) <= 4.5 * np.sqrt(expected * (1 - expected) / draws)).all()


def test_the_uniform_prior_makes_every_ratio_equally_likely() -> None:
    assert closed_form(6, 0.5) == pytest.approx([1 / 7] * 7)


def test_which_samples_are_real_does_not_depend_on_their_place() -> None:
    one, game, draws = dice(), MixedBatch(gamma=0.3), 6000
    shown = torch.stack([game.noise(one, 4)["beta"] for _ in range(draws)]).double()
    assert (shown.mean(dim=0) - 0.5).abs().max() < 4.5 * 0.5 / draws**0.5


def test_latents_are_those_of_the_plain_game() -> None:
    assert torch.equal(MixedBatch().noise(dice(3), 7)["z"], GAN().noise(dice(3), 7)["z"])


def test_a_batch_and_its_complement_show_every_sample_once() -> None:
    turn = a_turn(Method(game=MixedBatch(), judge=Equivariant()), beta=torch.tensor([1, 0, 0, 1, 0, 0]).bool())
    seen: list[Tensor] = []
    turn.networks["discriminator"].register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].detach()))
    fake = turn.networks["generator"](turn.noise["z"]).detach()
    turn.method.losses(turn)["discriminator"]()
    first = torch.stack([turn.real[0], fake[1], fake[2], turn.real[3], fake[4], fake[5]])
    second = torch.stack([fake[0], turn.real[1], turn.real[2], fake[3], turn.real[4], turn.real[5]])
    assert len(seen) == 2
    assert torch.equal(seen[0], first)
    assert torch.equal(seen[1], second)


@pytest.mark.parametrize("judge", [Packed(size=2), Set(size=3)])
def test_a_group_is_real_or_generated_as_a_whole(judge: Judge) -> None:
    size, beta = judge.group_size, torch.tensor([True, False, False, True])
    turn = a_turn(Method(game=MixedBatch(), judge=judge), 4, beta=torch.cat([beta, torch.ones(99).bool()]))
    seen: list[Tensor] = []
    turn.networks["discriminator"].register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0].detach()))
    fake = turn.networks["generator"](turn.noise["z"]).detach()
    found = turn.method.losses(turn)["discriminator"]()
    for member, index in product(range(size), range(4)):
        place = member * 4 + index
        assert torch.equal(seen[0][place], turn.real[place] if beta[index] else fake[place])
    logits = [turn.networks["discriminator"](batch).mean().item() for batch in seen[:2]]
    expected = sum(divergence(0.5, 1 / (1 + math.exp(-o))) for o in logits)
    assert found.item() == pytest.approx(expected, abs=1e-6)


# The losses


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("ones", [0, 1, 3, 5])
def test_the_discriminators_loss_is_the_divergence_of_both_batches(reading: str, ones: int) -> None:
    size, beta = 5, torch.arange(5) < ones
    turn = a_turn(Method(game=MixedBatch(reading=reading), judge=Equivariant()), size, beta=beta)
    fake = turn.networks["generator"](turn.noise["z"]).detach()
    expected = 0.0
    for shown, share in ((beta, ones / size), (~beta, 1 - ones / size)):
        batch = torch.stack([turn.real[b] if shown[b] else fake[b] for b in range(size)])
        logits = turn.networks["discriminator"](batch).tolist()
        outputs = logits if reading == "sample" else [sum(logits) / size]
        expected += sum(divergence(share, 1 / (1 + math.exp(-o))) for o in outputs) / len(outputs)
    assert turn.method.losses(turn)["discriminator"]().item() == pytest.approx(expected, abs=2e-6)


def test_the_divergence_is_cross_entropy_less_the_targets_entropy() -> None:
    logits = torch.linspace(-6, 6, 49, dtype=torch.float64, requires_grad=True)
    for share in (0.0, 0.125, 0.5, 0.9, 1.0):
        target = torch.tensor(share, dtype=torch.float64)
        found = Method().objective.mixed(logits, target) - entropy(target)
        expected = [divergence(share, 1 / (1 + math.exp(-o))) for o in logits.tolist()]
        torch.testing.assert_close(found.detach(), torch.tensor(expected, dtype=torch.float64), rtol=1e-9, atol=1e-12)
        against = binary_cross_entropy_with_logits(logits, target.expand(49), reduction="sum")
        torch.testing.assert_close(*(torch.autograd.grad(loss, logits)[0] for loss in (found.sum(), against)))
    assert entropy(torch.tensor(0.0)) == entropy(torch.tensor(1.0)) == 0


@pytest.mark.parametrize("reading", READINGS)
def test_the_generator_raises_the_logit_on_mixtures(reading: str) -> None:
    """Minus the logarithm of D: equation 5 with the sign that its text means, and a descent that raises D(m)."""
    turn = a_turn(Method(game=MixedBatch(reading=reading), judge=Equivariant()), 6, beta=torch.arange(6) < 2)
    discriminator, generator = turn.networks["discriminator"], turn.networks["generator"]

    def logits_of_both() -> list[Tensor]:
        fake = generator(turn.noise["z"])
        shown = turn.noise["beta"][:, None]
        return [discriminator(torch.where(one, turn.real, fake)) for one in (shown, ~shown)]

    before = logits_of_both()
    outputs = before if reading == "sample" else [logits.mean() for logits in before]
    loss = turn.method.losses(turn)["generator"]()
    torch.testing.assert_close(loss, sum(-logsigmoid(o).mean() for o in outputs))
    parameters = list(generator.parameters())
    with torch.no_grad():
        for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
            parameter -= 1e-2 * gradient
    assert sum(logits.mean() for logits in logits_of_both()) > sum(logits.mean() for logits in before)


def test_the_generator_is_not_told_a_constant() -> None:
    beta = torch.ones(6).bool()
    turn = a_turn(Method(game=MixedBatch(reading="sample")), 6, beta=beta)
    on_fake = turn.networks["discriminator"](turn.networks["generator"](turn.noise["z"]))
    assert torch.equal(turn.method.losses(turn)["generator"](), -logsigmoid(on_fake).mean())


def test_with_minimax_the_two_losses_add_up_to_nothing_but_entropy() -> None:
    beta = torch.arange(5) < 2
    turn = a_turn(Method(game=MixedBatch(), judge=Equivariant(), objective=Minimax()), 5, beta=beta)
    losses = turn.method.losses(turn)
    excess = losses["discriminator"]() + losses["generator"]()
    assert excess.item() == pytest.approx(-2 * entropy(torch.tensor(0.4)).item(), abs=1e-6)


def test_the_discriminators_loss_does_not_reach_the_generator() -> None:
    turn = a_turn(Method(game=MixedBatch(), judge=Equivariant()))
    turn.method.losses(turn)["discriminator"]().backward()
    assert all(parameter.grad is None for parameter in turn.networks["generator"].parameters())
    assert all(parameter.grad is not None for parameter in turn.networks["discriminator"].parameters())


class Penalised(Turn):
    """A turn whose regularisers add a constant to each player's loss."""

    def discriminator_penalty(self, *_: object) -> Tensor:
        return torch.tensor(3.0)

    def generator_penalty(self, *_: object) -> Tensor:
        return torch.tensor(5.0)


def test_what_regularisers_add_is_added() -> None:
    turn = a_turn(Method(game=MixedBatch(), judge=Equivariant()))
    losses, more = (turn.method.game.losses(one) for one in (turn, Penalised(**vars(turn))))
    for player, penalty in (("discriminator", 3.0), ("generator", 5.0)):
        assert more[player]().item() == pytest.approx(losses[player]().item() + penalty, abs=1e-6)


# Special cases


@pytest.mark.parametrize("judge", [Single(), Packed(size=3)])
@pytest.mark.parametrize("objective", [Method().objective, Minimax()])
@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_without_mixing_it_is_the_plain_game(judge: Judge, objective: Minimax, seed: int) -> None:
    """gamma = 0, each logit read by itself, a discriminator that does not mix: the same losses to the last bit."""
    method = Method(judge=judge, objective=objective)
    mixed = a_turn(method.model_copy(update={"game": MixedBatch(gamma=0.0, reading="sample")}), seed=seed)
    plain = a_turn(method, seed=seed)
    for player in ("discriminator", "generator"):
        losses = [turn.method.losses(turn)[player]() for turn in (mixed, plain)]
        assert torch.equal(*losses)
        for found, expected in zip(gradients(mixed, player), gradients(plain, player), strict=True):
            assert torch.equal(found, expected)


def test_without_mixing_a_run_is_that_of_the_plain_game() -> None:
    outcomes = []
    for game in (GAN(), MixedBatch(gamma=0.0, reading="sample")):
        spec = RunSpec(
            dataset=DATASETS["ring8_pacgan"],
            networks=NETWORKS_2D,
            method=Method(game=game),
            training=Training(steps=6, batch_size=8, learning_rate=1e-3),
        )
        data = spec.dataset.open(spec.dataset.prepare(None), "train", torch.device("cpu"))
        trainer = Trainer(spec, data, torch.device("cpu"))
        for _ in range(6):
            trainer.advance()
        outcomes.append((list(trainer.networks.state_dict().values()), trainer.mean_losses()))
    (weights, losses), (expected_weights, expected_losses) = outcomes
    assert all(torch.equal(a, b) for a, b in zip(weights, expected_weights, strict=True))
    assert losses == expected_losses


# What it goes with


@pytest.mark.parametrize("judge", [Packed(size=2), Set(size=3), Minibatch(), Equivariant(), Single()])
@pytest.mark.parametrize(
    "regularisers", [Regularisers(), Regularisers(gradient_penalty=GradientPenalty(), spectral_norm=SpectralNorm())]
)
@pytest.mark.parametrize("reading", READINGS)
def test_it_composes_with_judges_and_regularisers(judge: Judge, regularisers: Regularisers, reading: str) -> None:
    spec = a_run(Method(game=MixedBatch(reading=reading), judge=judge, regularisers=regularisers))
    assert spec.refuses() is None
    data = spec.dataset.open(spec.dataset.prepare(None), "train", torch.device("cpu"))
    trainer = Trainer(spec, data, torch.device("cpu"))
    before = [parameter.clone() for parameter in trainer.networks.parameters()]
    for _ in range(2):
        trainer.advance()
    assert trainer.broken() is None
    moved = [not torch.equal(a, b) for a, b in zip(before, trainer.networks.parameters(), strict=True)]
    assert np.mean(moved) > 0.9


def a_run(method: Method, batch_norm: bool = False) -> RunSpec:
    discriminator = MLPDiscriminator(width=16, batch_norm=batch_norm)
    return RunSpec(
        dataset=DATASETS["ring8_pacgan"],
        networks=NETWORKS_2D.model_copy(update={"discriminator": discriminator}),
        method=method,
        training=Training(steps=2, batch_size=6, learning_rate=1e-3),
    )


@pytest.mark.parametrize(
    ("game", "said"),
    [
        (Method(game=MixedBatch()), "method: mixed_batch is about mixtures, and {} gives them away"),
        (Method(judge=Equivariant()), "method: equivariant tells every layer of the batch by its mean alone"),
    ],
    ids=["game", "judge"],
)
def test_a_discriminator_that_compares_the_batch_is_refused_in_one_sentence(game: Method, said: str) -> None:
    normalised = a_run(game, batch_norm=True)
    styled = normalised.model_copy(update={"dataset": DATASETS["ffhq"], "networks": NETWORKS["style128"]})
    for run, field in ((normalised, "batch_norm"), (styled, "minibatch_std")):
        sentence = run.refuses()
        assert sentence is not None
        assert sentence.startswith(said.format(field))
        assert sentence.endswith(f"set networks.discriminator.{field}: false")


def test_a_critic_is_refused_in_one_sentence() -> None:
    critic = a_run(Method(game=MixedBatch(), objective=Wasserstein())).refuses()
    assert critic is not None
    assert critic.startswith("method: mixed_batch asks the discriminator for a share")
