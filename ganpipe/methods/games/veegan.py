"""VEEGAN: a reconstructor of latents, and a discriminator of pairs that estimates a density ratio.

Srivastava, Valkov, Russell, Gutmann, Sutton: VEEGAN: Reducing mode collapse in GANs using implicit variational
learning, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import nn, torch
from ganpipe.methods import encoders  # noqa: F401  (registers every kind)
from ganpipe.methods.encoders.deterministic import Deterministic
from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.games.game import Blueprint, Dice, Game, Player, Turn
from ganpipe.networks.joint import joined

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.spec.run import RunSpec


class VEEGAN(Game):
    """Algorithm 1, with the reconstructor F as the encoder.

    D_omega = log q(x | z) p(z) / p(z | x) p(x) is learned by logistic regression with generated pairs labelled "1";
    the discriminator d here calls them generated as everywhere else, so d = -D_omega. Generator and reconstructor
    minimise E D_omega(z, G(z)) + E ||z - F(G(z))||^2, of which only the second term reaches F. The first is the
    objective ``ratio_kl``.
    """

    kind: Literal["veegan"] = "veegan"
    source: ClassVar[str] = "VEEGAN, algorithm 1"
    encoder: Encoder = Deterministic()

    @property
    def players(self) -> Mapping[str, Player]:
        return {
            "discriminator": Player(networks=("discriminator",), sees_real=True),
            "generator": Player(networks=("generator", "encoder"), sees_real=False),
        }

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return {
            "generator": blueprint.generator(),
            "encoder": self.encoder.network(blueprint),
            "discriminator": blueprint.joint_discriminator(),
        }

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return super().noise(dice, samples) | self.encoder.noise(dice, samples)

    def losses(self, turn: Turn) -> Losses:
        discriminator, z = turn.networks["discriminator"], turn.noise["z"]

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                real = joined(turn.real, self.encoder.encode(turn, turn.real))
                fake = joined(turn.generated(z), z)
            return turn.discriminator_loss(discriminator, real, fake)

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            ratio = turn.method.objective.generator(discriminator(joined(fake, z)))
            reconstruction = (z - self.encoder.encode(turn, fake)).square().sum(dim=1).mean()
            return ratio + reconstruction + turn.generator_penalty(z, fake)

        return {"discriminator": discriminator_loss, "generator": generator_loss}

    def refuses(self, run: RunSpec) -> str | None:
        reason = self.encoder.refuses(run)
        return reason and f"with a {self.encoder.kind} encoder {reason}"
