"""The one training loop's step: it asks a method for its players and their losses, and never for its name."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, nn

from ganpipe.data.dataset import Samples
from ganpipe.data.samples import moved
from ganpipe.methods.games.game import Dice, Turn
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.run import RunSpec
from ganpipe.training.adam import Adam, Group
from ganpipe.training.blueprint import build_networks
from ganpipe.training.graph import Chances, Recorder, Replayed
from ganpipe.training.precision import answer_in_float32, bfloat16, tensor_float_32

State = dict[str, Any]


class Trainer:
    """Networks, optimisers and the count of steps: all that changes while a run trains.

    Everything random in step t is a function of (seed, t), so the state below is complete: a trainer that loads it goes
    on exactly as the one that saved it.

    Args:
        recorder: has steps replayed from a recording of one; they are made afresh, kernel by kernel, without.
    """

    def __init__(self, spec: RunSpec, samples: Samples, device: torch.device, recorder: Recorder | None = None) -> None:
        self.spec = spec
        self.samples = samples
        self.device = device
        self.step = 0
        self.networks = build_networks(spec).to(device).train()
        if spec.training.precision == "bfloat16":
            answer_in_float32(self.networks)
        self.players = spec.method.players
        self.optimisers = {name: self._optimiser(name) for name in self.players}
        self.average = copy.deepcopy(self.networks["generator"]) if spec.training.ema_decay is not None else None
        self.loss_sums = {name: torch.zeros((), device=device) for name in self.players}
        self.loss_counts = dict.fromkeys(self.players, 0)
        self.turns = self._turns()
        # Without it a trainer does not refer to itself, so that its memory is free as soon as nobody else does.
        self._replayed = None if recorder is None else Replayed(self._make_updates, self._tensors, recorder)

    def _turns(self) -> list[tuple[str, int]]:
        """Who moves in a step, and with which draw of its random numbers."""
        training = self.spec.training
        if training.simultaneous:
            return [(name, 0) for name in self.players]
        order = [name for name in self.players for _ in range(training.player(name).updates)]
        return [(name, draw) for draw, name in enumerate(order)]

    def _optimiser(self, player: str) -> Adam:
        training, own = self.spec.training, self.spec.training.player(player)
        usual = own.learning_rate or training.learning_rate
        groups = [
            Group(list(self.networks[name].parameters()), training.learning_rates.get(name, usual))
            for name in self.players[player].networks
        ]
        return Adam(groups, own.betas or training.betas)

    def advance(self) -> None:
        """Make one step: every player moves in turn, as often as its ``updates`` say, or all move at once."""
        work = self._make_updates if self._replayed is None else self._replayed
        work([self._chances(player, draw) for player, draw in self.turns])
        for player, _ in self.turns:
            self.loss_counts[player] += 1
        self.step += 1

    @property
    def replays(self) -> bool:
        """Whether steps are replayed by now."""
        return self._replayed is not None and self._replayed.recording is not None

    def _chances(self, player: str, draw: int) -> dict[str, Tensor]:
        """All that is random in one update, drawn on the host, on the device; the batch by the name ``real``."""
        spec = self.spec
        count = spec.training.batch_size * spec.method.judge.group_size
        latent_draw = 0 if spec.training.shared_latents else draw
        rng = generator(spec.seed, Purpose.LATENT, self.step, latent_draw)
        noise = spec.method.noise(Dice(rng, spec.networks, spec.dataset.sample_shape), count)
        sees_real = self.players[player].sees_real
        real = self.samples.draw(generator(spec.seed, Purpose.REAL, self.step, draw), count if sees_real else 0)
        return {name: moved(tensor, self.device) for name, tensor in noise.items()} | {"real": real}

    def _make_updates(self, chances: Chances) -> None:
        """What the device does in a step: it depends on its tensors' numbers alone, and changes them in place."""
        turns = [(player, chance) for (player, _), chance in zip(self.turns, chances, strict=True)]
        if self.spec.training.simultaneous:
            found = [self._gradients(player, chance) for player, chance in turns]
            for (player, _), gradients in zip(turns, found, strict=True):
                self._move(player, gradients)
        else:
            for player, chance in turns:
                self._move(player, self._gradients(player, chance))
        if self.average is not None:
            self._update_average()

    def _gradients(self, player: str, chance: dict[str, Tensor]) -> tuple[Tensor, ...]:
        precision = self.spec.training.precision
        with tensor_float_32(precision, self.device):
            with bfloat16(precision, self.device):
                loss = self._loss(player, chance)
            # Gradients only for the player whose turn it is: the others' would be computed for nothing.
            gradients = torch.autograd.grad(loss, self.optimisers[player].parameters)
        self.loss_sums[player] += loss.detach()
        return gradients

    def _move(self, player: str, gradients: tuple[Tensor, ...]) -> None:
        self.optimisers[player].step(gradients)
        self.spec.method.after_update(dict(self.networks.items()), player)

    def _loss(self, player: str, chance: dict[str, Tensor]) -> Tensor:
        method = self.spec.method
        turn = Turn(method, dict(self.networks.items()), chance["real"], chance, self.optimisers)
        return method.losses(turn)[player]()

    def _tensors(self) -> list[Tensor]:
        """All that outlasts a step on the device."""
        networks = [self.networks, *([] if self.average is None else [self.average])]
        return [
            *(tensor for network in networks for tensor in (*network.parameters(), *network.buffers())),
            *(tensor for optimiser in self.optimisers.values() for tensor in optimiser.tensors),
            *self.loss_sums.values(),
        ]

    @torch.no_grad()
    def _update_average(self) -> None:
        assert self.average is not None
        assert self.spec.training.ema_decay is not None
        live = self.networks["generator"]
        for mean, parameter in zip(self.average.parameters(), live.parameters(), strict=True):
            mean.lerp_(parameter, 1.0 - self.spec.training.ema_decay)
        for kept, buffer in zip(self.average.buffers(), live.buffers(), strict=True):
            kept.copy_(buffer)

    def mean_losses(self) -> dict[str, float]:
        """Each player's loss averaged over its updates since the last call, which waits for the device."""
        means = {name: float(self.loss_sums[name]) / max(self.loss_counts[name], 1) for name in self.players}
        for name in self.players:
            self.loss_sums[name].zero_()
            self.loss_counts[name] = 0
        return means

    def broken(self) -> str | None:
        """Why the networks are of no use; None while all their weights and statistics are finite numbers."""
        for name, network in self.networks.items():
            if not all(tensor.isfinite().all() for tensor in network.state_dict().values()):
                return f"{name} has weights or statistics that are not finite at step {self.step}"
        return None

    def evaluated_networks(self, *, everything: bool) -> dict[str, nn.Module]:
        """The networks that a snapshot keeps: with ``everything`` also those that only judge."""
        kept: dict[str, nn.Module] = {
            name: network
            for name, network in self.networks.items()
            if everything or name not in self.spec.method.game.adversaries
        }
        return kept if self.average is None else kept | {"generator_average": self.average}

    def state_dict(self) -> State:
        """Everything that a resumed run needs, as tensors and plain numbers."""
        return {
            "step": self.step,
            "networks": self.networks.state_dict(),
            "optimisers": {name: optimiser.state_dict() for name, optimiser in self.optimisers.items()},
            "average": None if self.average is None else self.average.state_dict(),
            "loss_sums": self.loss_sums,
            "loss_counts": self.loss_counts,
        }

    def load_state_dict(self, state: State) -> None:
        """Go on from a saved state."""
        self.step = state["step"]
        self.networks.load_state_dict(state["networks"])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        for name, value in state["loss_sums"].items():
            self.loss_sums[name].copy_(value)
        self.loss_counts = dict(state["loss_counts"])
