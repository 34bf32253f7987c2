"""What a judge is: the form in which samples reach the discriminator, over any base network."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn

from ganpipe.networks.network import DiscriminatorNetwork, Features, Shape
from ganpipe.spec.part import Part


class Judge(Part):
    """How many samples one verdict is about, and how their features come together.

    Samples of n verdicts arrive as one batch [group_size * n, *sample_shape], *member-major*: first the first member of
    every group, then the second, and so on.
    """

    @property
    def group_size(self) -> int:
        """Samples per verdict."""
        return 1

    @abstractmethod
    def features(self, network: DiscriminatorNetwork, sample_shape: Shape) -> Features:
        """A module [group_size * n, *sample_shape] -> [n, out_features] over the base network."""

    def discriminator(self, network: DiscriminatorNetwork, sample_shape: Shape) -> nn.Module:
        """A module [group_size * n, *sample_shape] -> [n] logits."""
        features = self.features(network, sample_shape)
        return nn.Sequential(features, network.head(features.out_features, 1), nn.Flatten(0))

    def generate(self, generator: nn.Module, latents: Tensor) -> Tensor:
        """Samples [group_size * n, *sample_shape] of latents [group_size * n, latent_dim], in training mode."""
        return generator(latents)  # type: ignore[no-any-return]
