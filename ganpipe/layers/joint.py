"""Features of pairs (sample, latent), for discriminators that judge both together."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganpipe.layers.features import Features


class JointFeatures(nn.Module):
    """[n, pack * (prod(sample_shape) + latent_dim)] -> [n, out_features + latent_features].

    Each row holds ``pack`` pairs, the flattened sample before its latent. The samples pass the base network as one
    stack of channels; their latents pass a linear layer and join its features.
    """

    def __init__(self, base: Features, latent: nn.Linear, pack: int, sample_shape: tuple[int, ...]) -> None:
        super().__init__()
        self.base, self.latent = base, latent
        self.pack, self.sample_shape = pack, sample_shape
        self.latent_dim = latent.in_features // pack

    def forward(self, pairs: Tensor) -> Tensor:
        samples, latents = pairs.reshape(len(pairs), self.pack, -1).tensor_split([-self.latent_dim], dim=2)
        channels, *rest = self.sample_shape
        features = self.base(samples.reshape(len(pairs), self.pack * channels, *rest))
        return torch.cat([features, functional.leaky_relu(self.latent(latents.flatten(1)), 0.2)], dim=1)
