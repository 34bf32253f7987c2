from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganpipe.methods.games.game import Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.games.unrolled import Unrolled
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.methods.objectives.non_saturating import NonSaturating
from ganpipe.methods.objectives.wasserstein import Wasserstein
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.methods.regularisers.spectral_norm import SpectralNorm
from ganpipe.networks.mlp import MLPDiscriminator
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining, Training
from ganpipe.training.adam import Adam, Group
from ganpipe.training.trainer import Trainer

CPU = torch.device("cpu")
N = 5
JUDGES = [Single(), Packed(size=2), Set(size=2, hidden=8), Minibatch(kernels=4, kernel_dim=2), Equivariant()]


def a_generator() -> nn.Module:
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2)).double()


def a_turn(method: Method, learning_rate: float = 0.05, outer_steps: int = 3) -> Turn:
    """A generator's turn in float64, with an optimiser of the discriminator that has made some steps."""
    torch.manual_seed(0)
    size = method.judge.group_size
    discriminator = method.judge.discriminator(MLPDiscriminator(width=4, activation="tanh"), (2,)).double()
    for regulariser in method.regularisers.parts:
        discriminator = regulariser.discriminator(discriminator)
    optimiser = Adam([Group(list(discriminator.parameters()), learning_rate)], (0.5, 0.9))
    for _ in range(outer_steps):
        optimiser.step([0.1 * torch.randn_like(parameter) for parameter in optimiser.parameters])
    noise = {"z": torch.randn(size * N, 2), "gradient_penalty": torch.rand(N)}
    noise = {name: tensor.double() for name, tensor in noise.items()}
    networks = {"generator": a_generator(), "discriminator": discriminator}
    return Turn(method, networks, torch.randn(size * N, 2).double() + 1.0, noise, {"discriminator": optimiser})


def gradient_of(turn: Turn) -> list[Tensor]:
    loss = turn.method.losses(turn)["generator"]()
    return list(torch.autograd.grad(loss, list(turn.networks["generator"].parameters())))


def written_out(turn: Turn, steps: int, inner: str, learning_rate: float) -> list[Tensor]:
    """The generator's gradient through inner updates written out for d(x) = tanh(tanh(x A + a) B + b) C + c."""
    names = ["A", "a", "B", "b", "C", "c"]
    weights = dict(zip(names, turn.networks["discriminator"].parameters(), strict=True))
    (group,) = turn.optimisers["discriminator"].groups
    m = dict(zip(names, group.means, strict=True))
    v = dict(zip(names, group.squares, strict=True))
    real, fake = turn.real, turn.networks["generator"](turn.noise["z"])

    def d(x: Tensor, w: dict[str, Tensor]) -> Tensor:
        hidden = torch.tanh(torch.tanh(x @ w["A"].T + w["a"]) @ w["B"].T + w["b"])
        return (hidden @ w["C"].T + w["c"])[:, 0]

    for step in range(steps):
        loss = softplus(-d(real, weights)).mean() + softplus(d(fake, weights)).mean()
        gradients = dict(zip(names, torch.autograd.grad(loss, list(weights.values()), create_graph=True), strict=True))
        t = float(group.steps[0]) + step + 1
        moved = {}
        for name in names:
            g = gradients[name]
            if inner == "sgd":
                moved[name] = weights[name] - learning_rate * g
                continue
            m[name] = 0.5 * m[name] + 0.5 * g
            v[name] = 0.9 * v[name] + 0.1 * g**2
            moved[name] = weights[name] - learning_rate * (m[name] / (1 - 0.5**t)) / (
                (v[name] / (1 - 0.9**t)) ** 0.5 + 1e-8
            )
        weights = moved
    loss = -(softplus(-d(real, weights)).mean() + softplus(d(fake, weights)).mean())
    if isinstance(turn.method.objective, NonSaturating):
        loss = softplus(d(real, weights)).mean() + softplus(-d(fake, weights)).mean()
    return list(torch.autograd.grad(loss, list(turn.networks["generator"].parameters())))


@pytest.mark.parametrize("objective", [NonSaturating(), Minimax()])
@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize("outer_steps", [0, 3])
@pytest.mark.parametrize(("inner", "rate"), [("sgd", 0.3), ("adam", None)])
def test_the_generators_gradient_is_that_of_updates_written_out(
    inner: str, rate: float | None, outer_steps: int, steps: int, objective: Any
) -> None:
    game = Unrolled.model_validate({"steps": steps, "inner_optimiser": inner, "inner_learning_rate": rate})
    turn = a_turn(Method(game=game, objective=objective), outer_steps=outer_steps)
    expected = written_out(turn, steps, inner, rate or 0.05)
    for found, reference in zip(gradient_of(turn), expected, strict=True):
        torch.testing.assert_close(found, reference, rtol=1e-9, atol=1e-12)
    plain = gradient_of(Turn(Method(objective=objective), turn.networks, turn.real, turn.noise, {}))
    assert (plain[0] - expected[0]).abs().max() > 1e-3, "looking ahead matters here"


def looked_ahead(turn: Turn, weights: Tensor, steps: int) -> float:
    """The generator's loss with ``weights`` after PyTorch's own Adam has moved a copy of the discriminator."""
    generator, discriminator = copy.deepcopy(turn.networks["generator"]), copy.deepcopy(turn.networks["discriminator"])
    nn.utils.vector_to_parameters(weights, generator.parameters())
    (group,) = turn.optimisers["discriminator"].groups
    optimiser = torch.optim.Adam(discriminator.parameters(), lr=group.learning_rate, betas=(0.5, 0.9))
    for parameter, mean, square, count in zip(
        discriminator.parameters(), group.means, group.squares, group.steps, strict=True
    ):
        optimiser.state[parameter] = {"exp_avg": mean.clone(), "exp_avg_sq": square.clone(), "step": count.clone()}
    fake, objective = generator(turn.noise["z"]).detach(), turn.method.objective
    for _ in range(steps):
        optimiser.zero_grad()
        turn.discriminator_loss(discriminator, turn.real, fake).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    loss = objective.generator(discriminator(fake)) + objective.pass_as_fake(discriminator(turn.real)).mean()
    return float(loss.detach())


@pytest.mark.parametrize(
    "regularisers", [{}, {"gradient_penalty": GradientPenalty()}, {"spectral_norm": SpectralNorm()}]
)
@pytest.mark.parametrize("judge", JUDGES)
def test_the_generators_gradient_is_that_of_finite_differences(judge: Judge, regularisers: dict[str, Any]) -> None:
    objective = Wasserstein() if "gradient_penalty" in regularisers else NonSaturating()
    game = Unrolled(steps=2)
    method = Method(game=game, judge=judge, objective=objective, regularisers=Regularisers(**regularisers))
    turn = a_turn(method, learning_rate=0.01)
    found = torch.cat([gradient.flatten() for gradient in gradient_of(turn)])
    weights = nn.utils.parameters_to_vector(turn.networks["generator"].parameters()).detach()
    for _ in range(2):
        direction, h = torch.randn_like(weights), 1e-5
        slope = (looked_ahead(turn, weights + h * direction, 2) - looked_ahead(turn, weights - h * direction, 2)) / 2e-5
        assert (found @ direction).item() == pytest.approx(slope, rel=1e-4, abs=1e-6)


def a_trainer(dataset: str, networks: str, method: Method, **training: Any) -> Trainer:
    settings = {"steps": 1, "batch_size": 8, "learning_rate": 1e-3} | training
    spec = RunSpec(
        dataset=DATASETS[dataset], networks=NETWORKS[networks], method=method, training=Training(**settings), seed=2
    )
    return Trainer(spec, spec.dataset.open(spec.dataset.prepare(None), "train", CPU), CPU)


@pytest.mark.parametrize(("dataset", "networks"), [("ring8_pacgan", "mlp"), ("stacked_digits", "small_conv")])
@pytest.mark.parametrize(
    "training", [{}, {"simultaneous": True}, {"players": {"generator": PlayerTraining(updates=2)}}]
)
def test_looking_no_step_ahead_is_the_gan_to_the_last_bit(
    dataset: str, networks: str, training: dict[str, Any]
) -> None:
    first, second = (a_trainer(dataset, networks, Method(game=game), **training) for game in (GAN(), Unrolled(steps=0)))
    for _ in range(4):
        for trainer in (first, second):
            trainer.advance()
    state, other = first.networks.state_dict(), second.networks.state_dict()
    assert all(torch.equal(tensor, other[name]) for name, tensor in state.items())
    assert first.mean_losses() == second.mean_losses()


def test_looking_ahead_touches_neither_the_discriminator_nor_its_optimiser() -> None:
    trainer = a_trainer("stacked_digits", "small_conv", METHODS["unrolled5"])
    trainer.advance()
    network, optimiser = trainer.networks["discriminator"], trainer.optimisers["discriminator"]
    assert any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    before = copy.deepcopy((network.state_dict(), optimiser.state_dict()))
    trainer._gradients("generator", trainer._chances("generator", 1))
    after = (network.state_dict(), optimiser.state_dict())
    assert all(torch.equal(after[0][name], tensor) for name, tensor in before[0].items())
    for name in ("means", "squares", "steps"):
        for one, other in zip(before[1][0][name], after[1][0][name], strict=True):
            assert torch.equal(one, other)


def test_the_discriminators_own_steps_are_the_gans() -> None:
    trainer, plain = (a_trainer("ring8_pacgan", "mlp", Method(game=game)) for game in (Unrolled(steps=3), GAN()))
    for found, expected in zip(
        trainer._gradients("discriminator", trainer._chances("discriminator", 0)),
        plain._gradients("discriminator", plain._chances("discriminator", 0)),
        strict=True,
    ):
        assert torch.equal(found, expected)


def test_the_generator_sees_real_samples_when_it_looks_ahead_only() -> None:
    assert [Unrolled(steps=steps).players["generator"].sees_real for steps in (0, 1)] == [False, True]


def test_what_regularisers_add_to_the_generators_loss_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    method = Method(game=Unrolled(steps=1), regularisers=Regularisers(gradient_penalty=GradientPenalty()))
    turn = a_turn(method)
    before = method.losses(turn)["generator"]()
    monkeypatch.setattr(GradientPenalty, "generator_penalty", lambda *_: torch.tensor(3.0))
    torch.testing.assert_close(method.losses(turn)["generator"](), before + 3.0)
