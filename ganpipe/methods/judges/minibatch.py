"""Minibatch discrimination: one logit for one sample, told how close the rest of its batch is.

Salimans et al.: Improved techniques for training GANs, 2016, section 3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers
from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import BaseNetwork, Shape

if TYPE_CHECKING:
    from ganpipe.layers import Features


class Minibatch(Judge):
    """D(x_i; x_1, ..., x_n): the last features are extended by ``kernels`` measures of closeness within the batch."""

    kind: Literal["minibatch"] = "minibatch"
    source: ClassVar[str] = "Salimans et al. 2016, section 3.2"
    kernels: int = Field(100, ge=1, description="B, the closeness measures")
    kernel_dim: int = Field(5, ge=1, description="C, the dimension in which each is taken")

    def features(self, network: BaseNetwork, sample_shape: Shape) -> Features:
        base = network.build(sample_shape)
        closeness = layers.Closeness(base.out_features, self.kernels, self.kernel_dim)
        return layers.Features(*base, closeness, out_features=base.out_features + self.kernels)
