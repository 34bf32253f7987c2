"""StyleGAN's generator: codes, noise and a learned constant become an image.

Karras, Laine, Aila: A style-based generator architecture for generative adversarial networks, 2019.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ganpipe.layers.styled import Styled


class StyleSynthesis(nn.Module):
    """Latents, and beside each the noise of its image and what mixes its styles -> images; a pure function of them.

    A row of the input is one of

        z                         no noise: the middle of all images that z could be
        z, noise                  one image of z, as it is evaluated
        z, noise, z', crossover   one in training: layers from a random one on are styled by z' (section 3.1)

    What is left out is off, so training and evaluation mode make no difference.

    Args:
        latent_dim: numbers in z and in z'.
        mapping: latents [n, latent_dim] -> codes [n, code_dim].
        layers: in order, the first on the learned constant, which starts at one everywhere.
        sides: heights of the maps that each layer makes; its noise has as many numbers as one of them has places.
        channels: of the constant.
        image: maps of the last layer -> images.
        mixing: probability, above 0, with which ``crossover`` ~ N(0, 1) asks for a second style.
    """

    def __init__(
        self,
        latent_dim: int,
        mapping: nn.Module,
        layers: Sequence[Styled],
        sides: Sequence[int],
        channels: int,
        image: nn.Module,
        mixing: float,
    ) -> None:
        super().__init__()
        self.latent_dim, self.sides, self.mixing = latent_dim, list(sides), mixing
        self.mapping = mapping
        self.constant = nn.Parameter(torch.ones(channels, sides[0], sides[0]))
        self.layers = nn.ModuleList(layers)
        self.image = image

    def forward(self, rows: Tensor) -> Tensor:
        places = [side**2 for side in self.sides]
        latents, noise, mixing = rows.tensor_split([self.latent_dim, self.latent_dim + sum(places)], dim=1)
        if noise.shape[1] == 0:
            noise = latents.new_zeros(len(latents), sum(places))
        x = self.constant.expand(len(rows), *self.constant.shape)
        parts = torch.split(noise, places, dim=1)
        for layer, side, part, codes in zip(self.layers, self.sides, parts, self._codes(latents, mixing), strict=True):
            x = layer(x, part.reshape(-1, 1, side, side), codes)
        image: Tensor = self.image(x)
        return image

    def _codes(self, latents: Tensor, mixing: Tensor) -> list[Tensor]:
        """The codes [n, code_dim] of every layer."""
        count, first = len(self.layers), self.mapping(latents)
        if mixing.shape[1] == 0:
            return [first] * count
        others, crossover = torch.split(mixing, [self.latent_dim, 1], dim=1)
        second = self.mapping(others)
        # u = Phi(crossover) is uniform: u / mixing in [0, 1) chooses one of layers 1 to count - 1, and more none.
        start = 1.0 + (torch.special.ndtr(crossover) / self.mixing * (count - 1)).floor()
        return [torch.where(index < start, first, second) for index in range(count)]
