from __future__ import annotations

import io
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganpipe.data.dataset import Samples
from ganpipe.methods.games.game import Turn
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.presets import METHODS
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.method import Method
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining
from ganpipe.training.blueprint import build_networks
from ganpipe.training.trainer import Trainer

CPU = torch.device("cpu")
Make = Callable[..., RunSpec]
Open = Callable[[RunSpec], Samples]
DATASETS = ("ring", "stacked_digits")
SCHEDULES: dict[str, dict[str, Any]] = {
    "plain": {},
    "average": {"ema_decay": 0.9},
    "players": {
        "players": {
            "discriminator": PlayerTraining(updates=2, learning_rate=3e-3),
            "generator": PlayerTraining(updates=3, betas=(0.0, 0.9)),
        }
    },
    "at once": {"simultaneous": True},
    "shared": {"shared_latents": True, "players": {"generator": PlayerTraining(updates=2)}},
}


def saved(state: dict[str, Any]) -> dict[str, Any]:
    """A state as it comes back from a file."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    restored: dict[str, Any] = torch.load(buffer, weights_only=True)
    return restored


def weights(trainer: Trainer) -> list[Tensor]:
    """Copies of every tensor of every network, averages included."""
    networks = trainer.evaluated_networks(everything=True)
    return [tensor.clone() for _, network in sorted(networks.items()) for tensor in network.state_dict().values()]


def equal(first: list[Tensor], second: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


# Every method on every kind of data is in test_every_method.py.
@pytest.mark.parametrize(("method", "dataset"), list(product(("gan", "pacgan2", "presgan"), DATASETS)))
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_trainer_that_loads_a_state_goes_on_as_the_one_that_saved_it(
    method: str, dataset: str, schedule: str, make: Make, samples: Open
) -> None:
    spec = make(dataset, method, batch_size=4, **SCHEDULES[schedule])
    first = Trainer(spec, samples(spec), CPU)
    for _ in range(2):
        first.advance()
    state = saved(first.state_dict())
    second = Trainer(spec, samples(spec), CPU)
    second.load_state_dict(state)
    # The second goes on alone, as after a restart: nothing of the first reaches it.
    for trainer in (second, first):
        for _ in range(2):
            trainer.advance()
    assert first.step == second.step == 4
    assert equal(weights(first), weights(second))
    assert first.mean_losses() == second.mean_losses()


@pytest.mark.parametrize("dataset", DATASETS)
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_pack_of_one_is_the_mother_gan_to_the_last_bit(
    dataset: str, schedule: str, make: Make, samples: Open
) -> None:
    trainers = []
    for judge in (Single(), Packed(size=1)):
        spec = make(dataset, **SCHEDULES[schedule]).model_copy(update={"method": Method(judge=judge)})
        trainer = Trainer(spec, samples(spec), CPU)
        for _ in range(8):
            trainer.advance()
        trainers.append(trainer)
    assert equal(weights(trainers[0]), weights(trainers[1]))
    assert trainers[0].mean_losses() == trainers[1].mean_losses()


def test_a_step_is_the_textbooks(make: Make, samples: Open) -> None:
    """Alternating Adam on the discriminator and the generator, written out with PyTorch's plain Adam."""
    spec = make(players={"generator": PlayerTraining(learning_rate=5e-4, betas=(0.1, 0.9))}, betas=(0.5, 0.99))
    data = samples(spec)
    trainer = Trainer(spec, data, CPU)
    networks = build_networks(spec)
    plain = {"fused": False, "foreach": False}
    discriminator = torch.optim.Adam(networks["discriminator"].parameters(), lr=1e-3, betas=(0.5, 0.99), **plain)
    generator_optimiser = torch.optim.Adam(networks["generator"].parameters(), lr=5e-4, betas=(0.1, 0.9), **plain)
    losses = {"discriminator": 0.0, "generator": 0.0}
    for step in range(5):
        trainer.advance()
        real = data.draw(generator(spec.seed, Purpose.REAL, step, 0), 8)
        z = spec.networks.latents(generator(spec.seed, Purpose.LATENT, step, 0), 8)
        fake = networks["generator"](z).detach()
        loss = softplus(-networks["discriminator"](real)).mean() + softplus(networks["discriminator"](fake)).mean()
        losses["discriminator"] += loss.item() / 5
        discriminator.zero_grad()
        loss.backward()
        discriminator.step()
        z = spec.networks.latents(generator(spec.seed, Purpose.LATENT, step, 1), 8)
        loss = softplus(-networks["discriminator"](networks["generator"](z))).mean()
        losses["generator"] += loss.item() / 5
        generator_optimiser.zero_grad()
        loss.backward()
        generator_optimiser.step()
    for name, expected in networks.state_dict().items():
        torch.testing.assert_close(trainer.networks.state_dict()[name], expected, rtol=1e-4, atol=1e-6)
    assert trainer.mean_losses() == pytest.approx(losses, rel=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_a_players_move_changes_its_own_networks_only(method: str, make: Make, samples: Open) -> None:
    for player in METHODS[method].players:
        spec = make("stacked_digits", method, batch_size=4)
        trainer = Trainer(spec, samples(spec), CPU)
        for other in trainer.optimisers.keys() - {player}:
            trainer.optimisers[other].step = lambda *_: None  # type: ignore[method-assign]
        before = {name: [p.clone() for p in network.parameters()] for name, network in trainer.networks.items()}
        for _ in range(2):
            trainer.advance()
        moved = {
            name for name, network in trainer.networks.items() if not equal(before[name], list(network.parameters()))
        }
        assert moved == set(METHODS[method].players[player].networks)


def test_all_players_move_at_once_where_they_should(make: Make, samples: Open) -> None:
    """Both gradients are taken before either network has moved, from the same samples and latents."""
    spec = make(simultaneous=True, learning_rate=1e-2)
    data = samples(spec)
    trainer, networks = Trainer(spec, data, CPU), build_networks(spec)
    optimiser = torch.optim.Adam(networks.parameters(), lr=1e-2, betas=(0.5, 0.999))
    for step in range(3):
        trainer.advance()
        real = data.draw(generator(spec.seed, Purpose.REAL, step, 0), 8)
        fake = networks["generator"](spec.networks.latents(generator(spec.seed, Purpose.LATENT, step, 0), 8))
        judge = networks["discriminator"]
        against = softplus(-judge(real)).mean() + softplus(judge(fake.detach())).mean()
        for loss, player in ((softplus(-judge(fake)).mean(), "generator"), (against, "discriminator")):
            parameters = list(networks[player].parameters())
            for parameter, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                parameter.grad = gradient
        optimiser.step()
    for name, expected in networks.state_dict().items():
        torch.testing.assert_close(trainer.networks.state_dict()[name], expected, rtol=1e-4, atol=1e-6)


def test_single_networks_have_learning_rates_of_their_own(make: Make, samples: Open) -> None:
    spec = make(learning_rates={"generator": 0.5})
    trainer = Trainer(spec, samples(spec), CPU)
    rates = {name: optimiser.groups[0].learning_rate for name, optimiser in trainer.optimisers.items()}
    assert rates == {"discriminator": 1e-3, "generator": 0.5}


class Noted:
    """Samples that note what was drawn of them."""

    labels = None

    def __init__(self, samples: Samples) -> None:
        self.samples = samples
        self.drawn: list[Tensor] = []

    def __len__(self) -> int:
        return len(self.samples)

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        self.drawn.append(self.samples.draw(rng, count))
        return self.drawn[-1]

    def __getitem__(self, indices: Tensor | slice) -> Tensor:
        return self.samples[indices]


def followed(
    spec: RunSpec, data: Samples, steps: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[Any], list[Tensor]]:
    """(player, latents) of every update in order, and the real samples that were drawn."""
    moves: list[Any] = []
    game = type(spec.method.game)
    original = game.losses

    def losses(self: Any, turn: Turn) -> Any:
        def noted(name: str, loss: Callable[[], Tensor]) -> Callable[[], Tensor]:
            return lambda: (moves.append((name, turn.noise["z"])), loss())[1]

        return {name: noted(name, loss) for name, loss in original(self, turn).items()}

    monkeypatch.setattr(game, "losses", losses)
    noted = Noted(data)
    trainer = Trainer(spec, noted, CPU)
    for _ in range(steps):
        trainer.advance()
    monkeypatch.undo()
    return moves, noted.drawn


def test_players_move_in_turn_as_often_as_their_updates_say(
    make: Make, samples: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make(method="pacgan3", **SCHEDULES["players"])
    moves, drawn = followed(spec, samples(spec), 2, monkeypatch)
    assert [name for name, _ in moves] == (["discriminator"] * 2 + ["generator"] * 3) * 2
    # batch_size counts packs, and the generator's moves draw no real samples.
    assert [len(batch) for batch in drawn] == ([24] * 2 + [0] * 3) * 2
    assert {len(latents) for _, latents in moves} == {24}


def test_every_update_has_its_own_numbers_and_a_repetition_the_same(
    make: Make, samples: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = make(**SCHEDULES["players"])
    moves, drawn = followed(spec, samples(spec), 3, monkeypatch)
    latents = [z for _, z in moves]
    assert not any(torch.equal(a, b) for i, a in enumerate(latents) for b in latents[:i])
    real = [batch for batch in drawn if len(batch)]
    assert not any(torch.equal(a, b) for i, a in enumerate(real) for b in real[:i])
    again, drawn_again = followed(spec, samples(spec), 3, monkeypatch)
    assert equal([z for _, z in again], latents)
    assert equal(drawn_again, drawn)
    other, other_drawn = followed(make(seed=1, **SCHEDULES["players"]), samples(spec), 3, monkeypatch)
    assert not torch.equal(other[0][1], latents[0])
    assert not torch.equal(other_drawn[0], drawn[0])


def test_shared_latents_are_those_of_one_step_and_real_samples_are_never_shared(
    make: Make, samples: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"players": {"discriminator": PlayerTraining(updates=2), "generator": PlayerTraining(updates=2)}}
    spec = make(shared_latents=True, **settings)
    moves, drawn = followed(spec, samples(spec), 2, monkeypatch)
    first, second = moves[:4], moves[4:]
    assert all(torch.equal(z, first[0][1]) for _, z in first)
    assert all(torch.equal(z, second[0][1]) for _, z in second)
    assert not torch.equal(first[0][1], second[0][1])
    assert not torch.equal(drawn[0], drawn[1])


def test_the_average_is_exponential_and_statistics_are_the_latest(make: Make, samples: Open) -> None:
    spec = make("stacked_digits", ema_decay=0.7)
    trainer = Trainer(spec, samples(spec), CPU)
    path = [[p.clone().double() for p in trainer.networks["generator"].parameters()]]
    for _ in range(6):
        trainer.advance()
        path.append([p.clone().double() for p in trainer.networks["generator"].parameters()])
    assert trainer.average is not None
    steps = len(path) - 1
    for index, mean in enumerate(trainer.average.parameters()):
        expected = 0.7**steps * path[0][index]
        for step in range(1, steps + 1):
            expected = expected + 0.3 * 0.7 ** (steps - step) * path[step][index]
        torch.testing.assert_close(mean.double(), expected, rtol=1e-5, atol=1e-7)
    live = dict(trainer.networks["generator"].named_buffers())
    for name, buffer in trainer.average.named_buffers():
        assert torch.equal(buffer, live[name])
        assert buffer.data_ptr() != live[name].data_ptr()


def test_averaging_does_not_change_training(make: Make, samples: Open) -> None:
    trainers = []
    for decay in (None, 0.9):
        spec = make(ema_decay=decay)
        trainer = Trainer(spec, samples(spec), CPU)
        for _ in range(3):
            trainer.advance()
        trainers.append(list(trainer.networks.state_dict().values()))
    assert equal(*trainers)


def test_losses_are_means_since_they_were_last_asked_for(make: Make, samples: Open) -> None:
    spec = make()
    one, other = Trainer(spec, samples(spec), CPU), Trainer(spec, samples(spec), CPU)
    single = []
    for _ in range(4):
        one.advance()
        other.advance()
        single.append(other.mean_losses())
    for name, mean in one.mean_losses().items():
        assert mean == pytest.approx(np.mean([losses[name] for losses in single]), rel=1e-6)


def test_a_snapshot_leaves_out_networks_that_only_judge_unless_it_is_the_last(make: Make, samples: Open) -> None:
    spec = make(ema_decay=0.5)
    trainer = Trainer(spec, samples(spec), CPU)
    assert sorted(trainer.evaluated_networks(everything=False)) == ["generator", "generator_average"]
    assert sorted(trainer.evaluated_networks(everything=True)) == ["discriminator", "generator", "generator_average"]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_weights_that_are_no_numbers_are_noticed(network: str, value: float, make: Make, samples: Open) -> None:
    spec = make()
    trainer = Trainer(spec, samples(spec), CPU)
    assert trainer.broken() is None
    with torch.no_grad():
        next(trainer.networks[network].parameters()).view(-1)[0] = value
    assert trainer.broken() == f"{network} has weights or statistics that are not finite at step 0"
