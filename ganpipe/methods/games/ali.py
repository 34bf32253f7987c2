"""Adversarially learned inference: the discriminator sees samples together with their latents.

Dumoulin et al.: Adversarially learned inference, 2017. Donahue, Krähenbühl, Darrell: Adversarial feature learning
(BiGAN), 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import nn, torch
from ganpipe.methods import encoders  # noqa: F401  (registers every kind)
from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.encoders.gaussian import Gaussian
from ganpipe.methods.games.game import Blueprint, Dice, Game, Player, Turn
from ganpipe.networks.joint import joined

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.spec.run import RunSpec


class ALI(Game):
    """d judges pairs: (x, z) with z ~ q(z | x) counts as real, (G(z), z) with z ~ p(z) as generated.

    L_D = E log(1 + e^-d(x, E(x))) + E log(1 + e^d(G(z), z)). Generator and encoder together minimise the flipped loss
    E log(1 + e^d(x, E(x))) + E log(1 + e^-d(G(z), z)), as in both papers' code; each term trains one of them. With a
    deterministic encoder this is BiGAN.
    """

    kind: Literal["ali"] = "ali"
    source: ClassVar[str] = "Dumoulin et al. 2017, eq. 1; Donahue et al. 2017, eq. 3"
    encoder: Encoder = Gaussian()

    @property
    def players(self) -> Mapping[str, Player]:
        return {
            "discriminator": Player(networks=("discriminator",), sees_real=True),
            "generator": Player(networks=("generator", "encoder"), sees_real=True),
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
        discriminator, z, objective = turn.networks["discriminator"], turn.noise["z"], turn.method.objective

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                real = joined(turn.real, self.encoder.encode(turn, turn.real))
                fake = joined(turn.generated(z), z)
            return turn.discriminator_loss(discriminator, real, fake)

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            encoded = joined(turn.real, self.encoder.encode(turn, turn.real))
            as_fake = objective.pass_as_fake(discriminator(encoded)).mean()
            as_real = objective.pass_as_real(discriminator(joined(fake, z))).mean()
            return as_fake + as_real + turn.generator_penalty(z, fake)

        return {"discriminator": discriminator_loss, "generator": generator_loss}

    def refuses(self, run: RunSpec) -> str | None:
        reason = self.encoder.refuses(run)
        return reason and f"with a {self.encoder.kind} encoder {reason}"
