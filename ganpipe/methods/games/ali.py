"""Adversarially learned inference: the discriminator sees samples together with their latents.

Dumoulin et al.: Adversarially learned inference, 2017. Donahue, Krähenbühl, Darrell: Adversarial feature learning
(BiGAN), 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.encoders.gaussian import Gaussian
from ganpipe.methods.games.game import Player, Turn
from ganpipe.methods.games.paired import Paired
from ganpipe.networks.joint import joined

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses


class ALI(Paired):
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

    def losses(self, turn: Turn) -> Losses:
        discriminator, z, objective = turn.networks["discriminator"], turn.noise["z"], turn.method.objective

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            encoded = joined(turn.real, self.encoder.encode(turn, turn.real))
            as_fake = objective.pass_as_fake(discriminator(encoded)).mean()
            as_real = objective.pass_as_real(discriminator(joined(fake, z))).mean()
            return as_fake + as_real + turn.generator_penalty(z, fake)

        return {"discriminator": lambda: self.discriminator_loss(turn), "generator": generator_loss}
