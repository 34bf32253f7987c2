"""The generative adversarial game of two networks.

Goodfellow et al.: Generative adversarial nets, 2014.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import torch
from torch import Tensor, nn

from ganpipe.methods.games.game import Blueprint, Game, Losses, Networks, Noise, Player, Prior

if TYPE_CHECKING:
    from ganpipe.spec.method import Method


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

    def noise(self, rng: np.random.Generator, prior: Prior, samples: int) -> dict[str, Tensor]:
        return {"z": prior.latents(rng, samples)}

    def losses(self, method: Method, networks: Networks, real: Tensor, noise: Noise) -> Losses:
        generator, discriminator = networks["generator"], networks["discriminator"]

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                fake = method.judge.generate(generator, noise["z"])
            return method.objective.discriminator(discriminator(real), discriminator(fake))

        def generator_loss() -> Tensor:
            fake = method.judge.generate(generator, noise["z"])
            return method.objective.generator(discriminator(fake))

        return {"discriminator": discriminator_loss, "generator": generator_loss}
