"""One layer of StyleGAN's synthesis network (Karras et al. 2019, figure 1b)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganpipe.layers.adaptive_norm import AdaptiveInstanceNorm
from ganpipe.layers.noise_injection import NoiseInjection


class Styled(nn.Module):
    """x, noise and codes -> AdaIN(leaky_relu(body(x) + B noise + bias), code), leaky ReLU 0.2.

    Args:
        body: [n, ..., h', w'] -> [n, channels, h, w], without a bias.
        channels: of what it makes.
        code_dim: numbers in a code.
    """

    def __init__(self, body: nn.Module, channels: int, code_dim: int) -> None:
        super().__init__()
        self.body = body
        self.noise = NoiseInjection(channels)
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))
        self.norm = AdaptiveInstanceNorm(channels, code_dim)

    def forward(self, x: Tensor, noise: Tensor, codes: Tensor) -> Tensor:
        features = self.noise(self.body(x), noise) + self.bias
        styled: Tensor = self.norm(functional.leaky_relu(features, 0.2), codes)
        return styled
