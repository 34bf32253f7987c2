"""A method: one part of each kind, and how they act together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ganpipe.late import nn
from ganpipe.methods import games, judges, objectives  # noqa: F401  (registers every kind)
from ganpipe.methods.games.game import Blueprint, Dice, Game, Player, Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.single import Single
from ganpipe.methods.objectives.non_saturating import NonSaturating
from ganpipe.methods.objectives.objective import Objective
from ganpipe.methods.prescribed import Prescribed
from ganpipe.methods.regularisers.regulariser import Regulariser
from ganpipe.spec.part import Part, Spec
from ganpipe.spec.regularisers import Regularisers

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.spec.run import RunSpec


class Method(Spec):
    """What a paper proposes, as a composition: PacGAN is the GAN game with a packed judge."""

    game: Game = GAN()
    judge: Judge = Single()
    objective: Objective = NonSaturating()
    regularisers: Regularisers = Regularisers()

    @property
    def distinctive_parts(self) -> list[Part]:
        """What makes it another method than the plain GAN."""
        parts: list[Part] = [self.game, self.judge, self.objective, *self.regularisers.parts]
        plain = Method()
        return [part for part in parts if part not in (plain.game, plain.judge, plain.objective)]

    @property
    def sources(self) -> list[str]:
        """Papers and sections of those parts."""
        return [part.source for part in self.distinctive_parts or [self.game]]

    @property
    def players(self) -> Mapping[str, Player]:
        """The game's players, in the order in which they move, with what regularisers give them to train."""
        own = tuple(name for regulariser in self.regularisers.parts for name in regulariser.own_networks)
        return {
            name: replace(player, networks=player.networks + own) if own and name == "generator" else player
            for name, player in self.game.players.items()
        }

    @property
    def prescribed(self) -> Prescribed | None:
        """The part that gives samples a density, by noise on the generator's output; None when none does."""
        parts: list[object] = [self.game, *self.regularisers.parts]
        return next((part for part in parts if isinstance(part, Prescribed)), None)

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        """Every network by name."""
        networks = self.game.networks(blueprint)
        for regulariser in self.regularisers.parts:
            networks |= regulariser.networks(blueprint)
        return networks

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        """Everything random in one update about ``samples`` samples, on the host."""
        noise = self.game.noise(dice, samples)
        for regulariser in self.regularisers.parts:
            noise |= regulariser.noise(dice, samples, self.judge.group_size)
        return noise | dice.generator_noise(samples)

    def losses(self, turn: Turn) -> Losses:
        """What each player minimises, real samples being shown as the regularisers would have them."""
        real = turn.real
        for regulariser in self.regularisers.parts:
            real = regulariser.real(turn, real)
        return self.game.losses(Turn(turn.method, turn.networks, real, turn.noise, turn.optimisers))

    def after_update(self, networks: dict[str, nn.Module], player: str) -> None:
        """Keep parameters in their range, after ``player`` has moved."""
        self.game.after_update(networks, player)
        for regulariser in self.regularisers.parts:
            regulariser.after_update(networks, player)

    def refuses(self, run: RunSpec) -> str | None:
        """A sentence that says which part cannot go with what in ``run``; None when all can."""
        parts: list[Game | Judge | Regulariser] = [self.game, self.judge, *self.regularisers.parts]
        for part in parts:
            if reason := part.refuses(run):
                return f"{part.kind} {reason}"
        return None
