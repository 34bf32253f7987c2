"""What a regulariser is: a change to a player of whatever game is played."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from ganpipe.late import nn, torch
from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Blueprint, Dice, Turn
    from ganpipe.spec.run import RunSpec


class Regulariser(Part):
    """Every function has a neutral default; a kind overrides the few that it is about.

    Several regularisers act in the order of their kinds' names. Names of networks and of noise are shared with
    the game and with other regularisers, so a kind begins them with its own name.
    """

    own_networks: ClassVar[tuple[str, ...]] = ()
    """Names of the networks that it brings; the player ``generator`` trains them."""

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        """Its own networks, by name."""
        return {}

    def discriminator(self, network: nn.Module) -> nn.Module:
        """The discriminator as it is to be built, e.g. with normalised weights."""
        return network

    def noise(self, dice: Dice, samples: int, group_size: int) -> dict[str, Tensor]:
        """Everything random that it needs in one update about ``samples`` samples, on the host."""
        return {}

    def real(self, turn: Turn, real: Tensor) -> Tensor:
        """Real samples as the discriminator sees them."""
        return real

    def fake(self, turn: Turn, fake: Tensor) -> Tensor:
        """Generated samples as the discriminator sees them, from what the generator made."""
        return fake

    def discriminator_penalty(
        self, turn: Turn, discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor
    ) -> Tensor:
        """What is added to the discriminator's loss; ``real`` and ``fake`` are what it judged."""
        return torch.zeros((), device=real.device)

    def generator_penalty(self, turn: Turn, latents: Tensor, fake: Tensor) -> Tensor:
        """What is added to the generator's loss; ``fake`` is what the discriminator saw of ``latents``."""
        return torch.zeros((), device=fake.device)

    def after_update(self, networks: dict[str, nn.Module], player: str) -> None:
        """Keep parameters in their range, after ``player`` has moved."""

    def refuses(self, run: RunSpec) -> str | None:
        """A sentence that says what in ``run`` it cannot go with; None when it can."""
        return None
