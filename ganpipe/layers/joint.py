"""Features of pairs (sample, latent), for discriminators that judge both together."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganpipe.layers.features import Features


class JointFeatures(nn.Module):
    """[n, pack * (prod(sample_shape) + latent_dim)] -> [n, both.out_features].

    Each row holds ``pack`` pairs, the flattened sample before its latent. The samples pass the base network as one
    stack of channels, their latents a linear layer, and the features of both meet in another. Without that last one a
    linear logit would be a(x) + b(z), which cannot tell whether x and z belong together.
    """

    def __init__(
        self, base: Features, latent: nn.Linear, both: nn.Linear, pack: int, sample_shape: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.base, self.latent, self.both = base, latent, both
        self.pack, self.sample_shape = pack, sample_shape
        self.latent_dim = latent.in_features // pack

    def forward(self, pairs: Tensor) -> Tensor:
        samples, latents = pairs.reshape(len(pairs), self.pack, -1).tensor_split([-self.latent_dim], dim=2)
        channels, *rest = self.sample_shape
        features = self.base(samples.reshape(len(pairs), self.pack * channels, *rest))
        met = torch.cat([features, functional.leaky_relu(self.latent(latents.flatten(1)), 0.2)], dim=1)
        return functional.leaky_relu(self.both(met), 0.2)
