"""InvertGAN: an inverse of the generator that must map real data to a standard Gaussian.

InvertGAN: Reducing mode collapse with multi-dimensional Gaussian inversion (anonymous, under review).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import ConfigDict, Field

from ganpipe.late import nn, torch
from ganpipe.methods import normality  # noqa: F401  (registers every kind)
from ganpipe.methods.games.game import Blueprint, Dice, Game, Player, Turn
from ganpipe.methods.normality.normality import Normality
from ganpipe.methods.normality.p_norm import PNorm

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.spec.run import RunSpec


class InvertGAN(Game):
    """min over G, F, max over D of V(G, D) + L_cons(G, F) + L_Gau(F), with unit weights (eq. 10).

    L_cons = E ||z - F(G(z))|| + E ||x - G(F(x))||, not squared (eq. 5). F is the encoder; D sees samples only, so no
    adversarial gradient reaches F but through L_Gau where that is adversarial itself.
    """

    # A Gaussian loss may bring a player, so whoever imports it first imports the games before its kind is registered.
    model_config = ConfigDict(defer_build=True)

    kind: Literal["invertgan"] = "invertgan"
    source: ClassVar[str] = "InvertGAN, eq. 5 and 10"
    adversaries: ClassVar[tuple[str, ...]] = ("discriminator", "latent_discriminator")
    normality: Normality | None = Field(PNorm(), description="L_Gau; None: without")

    @property
    def players(self) -> Mapping[str, Player]:
        return {
            "discriminator": Player(networks=("discriminator",), sees_real=True),
            **(self.normality.players if self.normality else {}),
            "generator": Player(networks=("generator", "encoder"), sees_real=True),
        }

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return {
            "generator": blueprint.generator(),
            "encoder": blueprint.encoder(blueprint.latent_dim),
            "discriminator": blueprint.discriminator(),
            **(self.normality.networks(blueprint) if self.normality else {}),
        }

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return super().noise(dice, samples) | (self.normality.noise(dice, samples) if self.normality else {})

    def losses(self, turn: Turn) -> Losses:
        generator, encoder = turn.networks["generator"], turn.networks["encoder"]
        discriminator, z = turn.networks["discriminator"], turn.noise["z"]

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                fake = turn.generated(z)
            return turn.discriminator_loss(discriminator, turn.real, fake)

        def generator_loss() -> Tensor:
            fake, encodings = turn.generated(z), encoder(turn.real)
            adversarial = turn.method.objective.generator(discriminator(fake)) + turn.generator_penalty(z, fake)
            inverse = mean_distance(z, encoder(fake))
            reconstruction = mean_distance(turn.real, turn.method.judge.generate(generator, encodings))
            loss = adversarial + inverse + reconstruction
            return loss + self.normality.loss(turn, encodings) if self.normality else loss

        own = self.normality.losses(turn, lambda: encoder(turn.real)) if self.normality else {}
        return {"discriminator": discriminator_loss, **own, "generator": generator_loss}

    def encode(self, turn: Turn) -> Tensor:
        encodings: Tensor = turn.networks["encoder"](turn.real)
        return encodings

    def refuses(self, run: RunSpec) -> str | None:
        reason = self.normality and self.normality.refuses(run)
        return f"with normality {self.normality.kind} {reason}" if self.normality and reason else None


def mean_distance(first: Tensor, second: Tensor) -> Tensor:
    """The mean over a batch of the Euclidean distance between its members; its gradient at distance zero is zero."""
    mean: Tensor = torch.linalg.vector_norm((first - second).flatten(1), dim=1).mean()
    return mean
