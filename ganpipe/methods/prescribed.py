"""The settings of a learned density around what a generator makes, shared by PresGAN and the VAE.

Dieng, Ruiz, Blei, Titsias: Prescribed generative adversarial networks, 2019, eq. 4 and section 3.2 (stability).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from ganpipe.late import layers, nn
from ganpipe.spec.part import Spec


class Prescribed(Spec):
    """x | z ~ N(mu(z), diag sigma^2), with one learned sigma for each pixel and channel.

    The paper starts above its upper limit, at 0.607, and so at the limit after one update; here the start is inside.
    """

    sigma_low: float = Field(0.001, gt=0, description="least standard deviation, in the units of the samples")
    sigma_high: float = Field(0.3, gt=0, description="largest standard deviation")
    sigma_init: float = Field(0.25, gt=0, description="standard deviation at the start")

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.sigma_low <= self.sigma_init <= self.sigma_high:
            raise ValueError(
                "expected sigma_low <= sigma_init <= sigma_high, "
                f"got {self.sigma_low}, {self.sigma_init} and {self.sigma_high}"
            )
        return self

    def density(self, sample_shape: tuple[int, ...]) -> layers.Density:
        """The network ``sigma``."""
        return layers.Density(sample_shape, self.sigma_init, self.sigma_low, self.sigma_high)


def density_of(networks: Mapping[str, nn.Module]) -> layers.Density:
    """The network ``sigma`` of those that :class:`Prescribed` gave one."""
    density = networks["sigma"]
    assert isinstance(density, layers.Density)
    return density
