"""Closeness within a batch, the features of minibatch discrimination.

Salimans et al.: Improved techniques for training GANs, 2016, section 3.2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Closeness(nn.Module):
    """[n, A] -> [n, A + B]: appends o(x_i)_b = sum over j != i of exp(-||M_ib - M_jb||_1), with M_i = f(x_i) T.

    The sum grows with the batch, so a discriminator must be used at the batch size it was trained at.
    """

    def __init__(self, in_features: int, kernels: int, kernel_dim: int) -> None:
        super().__init__()
        self.tensor = nn.Parameter(torch.empty(in_features, kernels, kernel_dim))
        nn.init.normal_(self.tensor, 0.0, 0.02)

    def forward(self, features: Tensor) -> Tensor:
        m = torch.einsum("na,abc->bnc", features, self.tensor)
        # The distance of a sample to itself is exactly 0 and contributes exactly 1, which the sum leaves out.
        closeness = torch.exp(-torch.cdist(m, m, p=1.0)).sum(dim=2) - 1.0
        return torch.cat([features, closeness.T], dim=1)
