"""The base networks of a run and the distribution of its latents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from ganpipe import networks  # noqa: F401  (registers every kind)
from ganpipe.late import torch
from ganpipe.networks.network import DiscriminatorNetwork, GeneratorNetwork, Shape
from ganpipe.spec.part import Spec

if TYPE_CHECKING:
    from torch import Tensor


class Networks(Spec):
    """Architectures, before a judge is put over the discriminator."""

    generator: GeneratorNetwork
    discriminator: DiscriminatorNetwork
    encoder: DiscriminatorNetwork | None = Field(None, description="of games that have one; None: as the discriminator")
    latent_dim: int = Field(100, ge=1)
    latent_distribution: Literal["normal", "uniform"] = Field("normal", description="N(0, I) or U(-1, 1) each")

    def latents(self, rng: np.random.Generator, count: int) -> Tensor:
        """``count`` latents: float32 [count, latent_dim], on the host."""
        shape = (count, self.latent_dim)
        if self.latent_distribution == "uniform":
            return torch.from_numpy(2.0 * rng.random(shape, dtype=np.float32) - 1.0)
        return torch.from_numpy(rng.standard_normal(shape, dtype=np.float32))

    def noise_dim(self, sample_shape: Shape, *, training: bool) -> int:
        """Numbers N(0, 1) that the generator takes beside each latent."""
        return self.generator.noise_dim(self.latent_dim, sample_shape, training=training)
