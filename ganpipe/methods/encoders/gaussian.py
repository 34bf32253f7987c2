"""A Gaussian encoder, reparameterised, as in ALI.

Dumoulin et al.: Adversarially learned inference, 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.methods.encoders.encoder import Encoder

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganpipe.methods.games.game import Blueprint, Dice, Turn


class Gaussian(Encoder):
    """z = mu(x) + sigma(x) * epsilon, epsilon ~ N(0, I); the network's outputs are mu and log sigma (section 2.4)."""

    kind: Literal["gaussian"] = "gaussian"
    source: ClassVar[str] = "Dumoulin et al. 2017, section 2.4"

    def network(self, blueprint: Blueprint) -> nn.Module:
        return blueprint.encoder(2 * blueprint.latent_dim)

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return {"encoder": dice.normal(samples, dice.prior.latent_dim)}

    def encode(self, turn: Turn, samples: Tensor) -> Tensor:
        mean, log_std = turn.networks["encoder"](samples).chunk(2, dim=1)
        latents: Tensor = mean + log_std.exp() * turn.noise["encoder"]
        return latents
