"""Adaptive instance normalisation: a code decides mean and spread of every feature map.

Karras, Laine, Aila: A style-based generator architecture for generative adversarial networks, 2019, section 2.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from ganpipe.layers.equalised import equalise

EPSILON = 1e-8
"""Added to variances; StyleGAN's released code."""


class AdaptiveInstanceNorm(nn.Module):
    """[n, C, h, w] and codes [n, code_dim] -> y_s (x - mean(x)) / std(x) + y_b, one y_s and y_b for each map (eq. 1).

    The styles y = (y_s, y_b) are affine in the code and start around 1 and 0.
    """

    def __init__(self, channels: int, code_dim: int) -> None:
        super().__init__()
        self.style = equalise(nn.Linear(code_dim, 2 * channels), gain=1.0)
        nn.init.ones_(self.style.bias[:channels])

    def forward(self, x: Tensor, codes: Tensor) -> Tensor:
        scale, shift = self.style(codes).unsqueeze(-1).unsqueeze(-1).chunk(2, dim=1)
        normalised: Tensor = scale * functional.instance_norm(x, eps=EPSILON) + shift
        return normalised
