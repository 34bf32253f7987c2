"""Residual blocks of convolutions (He et al. 2016, with activations before the convolutions).

Mescheder et al.: Which training methods for GANs do actually converge?, 2018, and its code.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

BRANCH_SCALE = 0.1
SLOPE = 0.2


class ResidualBlock(nn.Module):
    """[n, in, h, w] -> [n, out, h, w]: shortcut(x) + 0.1 conv(act(conv(act(x)))), with 3x3 kernels and leaky ReLU 0.2.

    The inner width is the smaller of the two. Where they differ the shortcut is a 1x1 convolution without bias.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        inner = min(in_channels, out_channels)
        self.first = nn.Conv2d(in_channels, inner, 3, padding=1)
        self.second = nn.Conv2d(inner, out_channels, 3, padding=1)
        same = in_channels == out_channels
        self.shortcut = nn.Identity() if same else nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        branch = self.first(functional.leaky_relu(x, SLOPE))
        branch = self.second(functional.leaky_relu(branch, SLOPE))
        out: Tensor = self.shortcut(x) + BRANCH_SCALE * branch
        return out
