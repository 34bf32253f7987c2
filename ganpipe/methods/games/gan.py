"""The generative adversarial game of two networks.

Goodfellow et al.: Generative adversarial nets, 2014.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import nn, torch
from ganpipe.methods.games.game import Blueprint, Game, Player, Turn

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses


class GAN(Game):
    """The discriminator tells real from generated samples, the generator makes it err.

    Real and generated samples pass through the discriminator separately, so that its batch norm never mixes them.
    """

    kind: Literal["gan"] = "gan"
    source: ClassVar[str] = "Goodfellow et al. 2014"

    @property
    def players(self) -> Mapping[str, Player]:
        return {
            "discriminator": Player(networks=("discriminator",), sees_real=True),
            "generator": Player(networks=("generator",), sees_real=False),
        }

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return {"generator": blueprint.generator(), "discriminator": blueprint.discriminator()}

    def losses(self, turn: Turn) -> Losses:
        discriminator, z = turn.networks["discriminator"], turn.noise["z"]

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                fake = turn.generated(z)
            return turn.discriminator_loss(discriminator, turn.real, fake)

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            return turn.method.objective.generator(discriminator(fake)) + turn.generator_penalty(z, fake)

        return {"discriminator": discriminator_loss, "generator": generator_loss}
