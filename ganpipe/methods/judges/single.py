"""The ordinary discriminator: one logit for one sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import BaseNetwork, Shape

if TYPE_CHECKING:
    from ganpipe.layers import Features


class Single(Judge):
    """D(x)."""

    kind: Literal["single"] = "single"
    source: ClassVar[str] = "Goodfellow et al. 2014"

    def features(self, network: BaseNetwork, sample_shape: Shape) -> Features:
        return network.build(sample_shape)
