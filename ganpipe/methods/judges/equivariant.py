"""The symmetric discriminator: one logit on every sample, told of the whole batch by every layer.

Lucas, Tallec, Verbeek, Ollivier: Mixed batches and symmetric discriminators for GAN training, 2018, section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, cast

from ganpipe.late import layers, nn
from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import BaseNetwork, Shape

if TYPE_CHECKING:
    from ganpipe.layers import Features
    from ganpipe.spec.run import RunSpec


class Equivariant(Judge):
    """o_1, ..., o_B of a batch of B: permuting the samples permutes the logits and leaves their mean as it is (eq. 10).

    Every linear and convolutional layer of the base network, and the last one, is phi(x)_b = bias + x_b Lambda +
    rho(x) Gamma with the batch mean rho (eq. 12), reweighted by B / (B + 1) and 1 / (B + 1) at the start (section 4.3).
    There are as many logits as samples; the game of mixed batches reads their mean (BGAN) or each by itself (M-BGAN).
    """

    kind: Literal["equivariant"] = "equivariant"
    version: ClassVar[int] = 2
    source: ClassVar[str] = "Mixed batches, section 4"

    def features(self, network: BaseNetwork, sample_shape: Shape) -> Features:
        base, twin = (network.build(sample_shape) for _ in range(2))
        return cast("Features", layers.make_equivariant(base, twin))

    def discriminator(self, network: BaseNetwork, sample_shape: Shape) -> nn.Module:
        features = self.features(network, sample_shape)
        last, twin = (network.head(features.out_features, 1) for _ in range(2))
        return nn.Sequential(features, layers.make_equivariant(last, twin), nn.Flatten(0))

    def start(self, discriminator: nn.Module, batch_size: int) -> None:
        for layer in discriminator.modules():
            if isinstance(layer, layers.Equivariant):
                layer.reweight(batch_size)

    def refuses(self, run: RunSpec) -> str | None:
        if field := run.networks.discriminator.batch_field:
            return (
                f"tells every layer of the batch by its mean alone, and {field} would tell it more; "
                f"set networks.discriminator.{field}: false"
            )
        return None
