"""An encoder that is fed with noise beside the sample, so that its latents have no given form.

PacGAN's ALI baseline on 2-D data (its released code); also the reconstructor as VEEGAN defines it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import torch
from ganpipe.methods.encoders.encoder import Encoder

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganpipe.methods.games.game import Blueprint, Dice, Turn
    from ganpipe.spec.run import RunSpec


class NoiseFed(Encoder):
    """z = E(x, epsilon), with as much noise epsilon ~ N(0, I) as x has numbers."""

    kind: Literal["noise_fed"] = "noise_fed"
    source: ClassVar[str] = "PacGAN, appendix A.1, released code"

    def network(self, blueprint: Blueprint) -> nn.Module:
        return blueprint.encoder(blueprint.latent_dim, extra_features=blueprint.sample_shape[0])

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return {"encoder": dice.normal(samples, *dice.sample_shape)}

    def encode(self, turn: Turn, samples: Tensor) -> Tensor:
        latents: Tensor = turn.networks["encoder"](torch.cat([samples, turn.noise["encoder"]], dim=1))
        return latents

    def refuses(self, run: RunSpec) -> str | None:
        if len(run.dataset.sample_shape) == 1:
            return None
        return "encodes points, not images; choose a gaussian or a deterministic encoder"
