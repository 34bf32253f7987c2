from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.games.game import Game
from ganpipe.methods.games.unrolled import Unrolled
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.methods.regularisers.spectral_norm import SpectralNorm
from ganpipe.networks.joint import JointNetwork
from ganpipe.networks.mlp import MaxoutDiscriminator
from ganpipe.networks.small_conv import SmallConvDiscriminator
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining, Training
from ganpipe.training.trainer import Trainer

JUDGES = [Single(), Packed(size=2), Set(size=2), Minibatch(kernels=4), Equivariant()]
CPU = torch.device("cpu")


def a_trainer(method: Method, **training: object) -> Trainer:
    networks = NETWORKS["small_conv"]
    discriminator = networks.discriminator.model_copy(update={"batch_norm": False})
    spec = RunSpec(
        dataset=DATASETS["stacked_digits"],
        networks=networks.model_copy(update={"discriminator": discriminator}),
        method=method,
        training=Training.model_validate({"steps": 1, "batch_size": 8, "learning_rate": 1e-3} | training),
    )
    assert spec.refuses() is None
    return Trainer(spec, spec.dataset.open(spec.dataset.prepare(None), "train", CPU), CPU)


def layers(network: nn.Module) -> list[nn.Linear | nn.Conv2d]:
    return [module for module in network.modules() if isinstance(module, nn.Linear | nn.Conv2d)]


def largest(weight: Tensor) -> float:
    return torch.linalg.matrix_norm(weight.detach().flatten(1), 2).item()


def moving(network: nn.Module) -> dict[str, Tensor]:
    """Copies of the vectors of the power method."""
    return {name: buffer.clone() for name, buffer in network.named_buffers() if name.endswith((".u", ".v"))}


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("judge", JUDGES)
def test_every_layer_of_every_discriminator_is_normalised(judge: Judge, joint: bool) -> None:
    base = JointNetwork(SmallConvDiscriminator(batch_norm=False), (3, 8, 8), 5) if joint else MaxoutDiscriminator()
    discriminator = judge.discriminator(base, (197,) if joint else (2,))
    count = len(layers(discriminator))
    discriminator = SpectralNorm().discriminator(discriminator)
    assert len(layers(discriminator)) == count >= 4
    for layer in layers(discriminator):
        assert largest(layer.weight) == pytest.approx(1.0, rel=0.2)
    discriminator(torch.randn(judge.group_size * 3, *((197,) if joint else (2,)))).sum().backward()
    assert all(parameter.grad is not None for parameter in discriminator.parameters())


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize(("learning_rate", "excess"), [(1e-3, 0.5), (2e-5, 0.1)])
def test_spectral_norms_stay_near_one_while_the_discriminator_learns(
    judge: Judge, learning_rate: float, excess: float
) -> None:
    # The power method never overestimates, and lags behind where weights move fast.
    method = Method(judge=judge, regularisers=Regularisers(spectral_norm=SpectralNorm()))
    trainer = a_trainer(method, learning_rate=learning_rate, batch_size=4)
    before = [layer.weight.detach().clone() for layer in layers(trainer.networks["discriminator"])]
    for _ in range(15):
        trainer.advance()
    for layer, weight in zip(layers(trainer.networks["discriminator"]), before, strict=True):
        assert not torch.equal(layer.weight, weight)
        assert 1.0 - 1e-5 < largest(layer.weight) < 1.0 + excess
    assert not moving(trainer.networks["generator"])


def test_one_iteration_follows_each_update_of_the_discriminator_and_none_the_generators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trainer = a_trainer(METHODS["sngan"], players={"discriminator": PlayerTraining(updates=3)})
    network, calls = trainer.networks["discriminator"], []
    move = trainer._move

    def noted(player: str, gradients: tuple[Tensor, ...]) -> None:
        before = moving(network)
        move(player, gradients)
        calls.append(player)
        after = moving(network)
        for layer_name in {name.rpartition(".")[0] for name in before}:
            u, v = before[f"{layer_name}.u"], before[f"{layer_name}.v"]
            if player == "discriminator":
                matrix = network.get_parameter(f"{layer_name.rpartition('.')[0]}.original").detach().flatten(1)
                v = nn.functional.normalize(matrix.T @ u, dim=0)
                u = nn.functional.normalize(matrix @ v, dim=0)
            assert torch.equal(after[f"{layer_name}.u"], u)
            assert torch.equal(after[f"{layer_name}.v"], v)

    monkeypatch.setattr(trainer, "_move", noted)
    trainer.advance()
    assert calls == ["discriminator"] * 3 + ["generator"]


@pytest.mark.parametrize("method", [METHODS["sngan"], METHODS["sngan"].model_copy(update={"game": Unrolled(steps=2)})])
def test_nothing_but_updates_iterates(method: Method) -> None:
    trainer = a_trainer(method)
    before = moving(trainer.networks["discriminator"])
    for player in trainer.players:
        trainer._gradients(player, trainer._chances(player, 0))
    after = moving(trainer.networks["discriminator"])
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


@pytest.mark.parametrize("kind", [kind for kind in Game.kinds.values() if kind.__module__.startswith("ganpipe.")])
def test_in_every_game_the_discriminator_is_a_player_of_that_name(kind: type[Game]) -> None:
    # Its updates are what the power iterations follow.
    trains = [name for name, player in kind().players.items() if "discriminator" in player.networks]
    assert trains == ["discriminator"] * ("discriminator" in kind.adversaries)


def test_batch_norm_in_the_discriminator_is_refused() -> None:
    spec = RunSpec(
        dataset=DATASETS["stacked_digits"],
        networks=NETWORKS["small_conv"],
        method=METHODS["pacsngan2"],
        training=Training(steps=1, batch_size=2),
    )
    refused = spec.refuses()
    assert refused is not None
    assert refused.startswith("method: spectral_norm is about the slope of single logits, and batch norm")
