"""VEEGAN: a reconstructor of latents, and a discriminator of pairs that estimates a density ratio.

Srivastava, Valkov, Russell, Gutmann, Sutton: VEEGAN: Reducing mode collapse in GANs using implicit variational
learning, 2017.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.methods.encoders.deterministic import Deterministic
from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.games.game import Player, Turn
from ganpipe.methods.games.paired import Paired
from ganpipe.networks.joint import joined

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses


class VEEGAN(Paired):
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

    def losses(self, turn: Turn) -> Losses:
        discriminator, z = turn.networks["discriminator"], turn.noise["z"]

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            ratio = turn.method.objective.generator(discriminator(joined(fake, z)))
            reconstruction = (z - self.encoder.encode(turn, fake)).square().sum(dim=1).mean()
            return ratio + reconstruction + turn.generator_penalty(z, fake)

        return {"discriminator": lambda: self.discriminator_loss(turn), "generator": generator_loss}
