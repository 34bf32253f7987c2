"""The spread of a batch as one more feature map.

Karras, Aila, Laine, Lehtinen: Progressive growing of GANs, 2018, section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

EPSILON = 1e-8
"""Added to variances, so that a batch of equal samples has a gradient; the released code's."""


class MinibatchStd(nn.Module):
    """[n, C, h, w] -> [n, C + 1, h, w]: appends the standard deviation over the batch, averaged over maps and places.

    The whole batch is one group, as in the paper, whatever its size.
    """

    def forward(self, x: Tensor) -> Tensor:
        spread = (x.var(dim=0, correction=0) + EPSILON).sqrt().mean()
        return torch.cat([x, spread.expand(len(x), 1, *x.shape[2:])], dim=1)
