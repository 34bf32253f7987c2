"""A second discriminator, which tells encodings from latents (InvertGAN, section 4.2 and appendix A.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import nn, torch
from ganpipe.methods.games.game import Blueprint, Dice, Player, Turn
from ganpipe.methods.normality.normality import Normality
from ganpipe.methods.objectives.non_saturating import NonSaturating

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses

OBJECTIVE = NonSaturating()
"""Of D_z and F, whatever the game's objective is: D_z is not regularised, as a Wasserstein critic would have to be."""


class LatentDiscriminator(Normality):
    """max over D_z of E log D_z(z) + E log(1 - D_z(F(x))), which F minimises in its non-saturating form (eq. 13).

    D_z is a perceptron of two hidden ReLU layers that sees one latent at a time; the paper describes neither.
    """

    kind: Literal["latent_discriminator"] = "latent_discriminator"
    source: ClassVar[str] = "InvertGAN, eq. 13"
    width: int = Field(128, ge=1, description="of the hidden layers of D_z")
    latents_per_sample: int = Field(4, ge=1, description='draws of z for each encoding; "as many as possible"')

    @property
    def players(self) -> Mapping[str, Player]:
        return {"latent_discriminator": Player(networks=("latent_discriminator",), sees_real=True)}

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        network = nn.Sequential(
            *(nn.Linear(blueprint.latent_dim, self.width), nn.ReLU()),
            *(nn.Linear(self.width, self.width), nn.ReLU()),
            *(nn.Linear(self.width, 1), nn.Flatten(0)),
        )
        return {"latent_discriminator": network}

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return {"latent_discriminator": dice.latents(self.latents_per_sample * samples)}

    def losses(self, turn: Turn, encode: Callable[[], Tensor]) -> Losses:
        latent_discriminator = turn.networks["latent_discriminator"]

        def latent_discriminator_loss() -> Tensor:
            with torch.no_grad():
                encodings = encode()
            on_latents = latent_discriminator(turn.noise["latent_discriminator"])
            return OBJECTIVE.discriminator(on_latents, latent_discriminator(encodings))

        return {"latent_discriminator": latent_discriminator_loss}

    def loss(self, turn: Turn, encodings: Tensor) -> Tensor:
        return OBJECTIVE.generator(turn.networks["latent_discriminator"](encodings))
