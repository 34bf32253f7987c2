"""What a judge is: the form in which samples reach the discriminator, over any base network."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ganpipe.late import nn, torch
from ganpipe.networks.network import BaseNetwork, Shape
from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.layers import Features
    from ganpipe.spec.run import RunSpec


class Judge(Part):
    """How many samples one logit is about, and how their features come together.

    Samples of n logits arrive as one batch [group_size * n, *sample_shape], *member-major*: first the first member of
    every group, then the second, and so on.
    """

    @property
    def group_size(self) -> int:
        """Samples per logit."""
        return 1

    @property
    def generator_passes(self) -> int:
        """Parts of equal size in which a batch of latents passes the generator, each with its own batch statistics."""
        return 1

    @abstractmethod
    def features(self, network: BaseNetwork, sample_shape: Shape) -> Features:
        """A module [group_size * n, *sample_shape] -> [n, out_features] over the base network."""

    def discriminator(self, network: BaseNetwork, sample_shape: Shape) -> nn.Module:
        """A module [group_size * n, *sample_shape] -> [n] logits."""
        features = self.features(network, sample_shape)
        return nn.Sequential(features, network.head(features.out_features, 1), nn.Flatten(0))

    def start(self, discriminator: nn.Module, batch_size: int) -> None:
        """Give a new discriminator, in place, the initial weights that depend on the batch size; none do here.

        Args:
            batch_size: logits that it will make at a time.
        """

    def generate(self, generator: nn.Module, latents: Tensor) -> Tensor:
        """Samples [group_size * n, *sample_shape] of latents [group_size * n, latent_dim], in training mode."""
        return torch.cat([generator(part) for part in latents.chunk(self.generator_passes)])

    def refuses(self, run: RunSpec) -> str | None:
        """A sentence that says what in ``run`` the judge cannot go with; None when it can."""
        return None
