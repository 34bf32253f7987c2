"""An encoder that is a function of the sample, as in BiGAN and InvertGAN.

Donahue, Krähenbühl, Darrell: Adversarial feature learning, 2017.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.methods.encoders.encoder import Encoder

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganpipe.methods.games.game import Blueprint, Turn


class Deterministic(Encoder):
    """z = E(x)."""

    kind: Literal["deterministic"] = "deterministic"
    source: ClassVar[str] = "Donahue et al. 2017, section 3"

    def network(self, blueprint: Blueprint) -> nn.Module:
        return blueprint.encoder(blueprint.latent_dim)

    def encode(self, turn: Turn, samples: Tensor) -> Tensor:
        latents: Tensor = turn.networks["encoder"](samples)
        return latents
