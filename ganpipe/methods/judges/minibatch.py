"""Minibatch discrimination: one verdict on one sample, told how close the rest of its batch is.

Salimans et al.: Improved techniques for training GANs, 2016, section 3.2.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from ganpipe.methods.judges.judge import Judge
from ganpipe.networks.network import DiscriminatorNetwork, Features, Shape


class Minibatch(Judge):
    """D(x_i; x_1, ..., x_n): the last features are extended by ``kernels`` measures of closeness within the batch."""

    kind: Literal["minibatch"] = "minibatch"
    source: ClassVar[str] = "Salimans et al. 2016, section 3.2"
    kernels: int = Field(100, ge=1, description="B, the closeness measures")
    kernel_dim: int = Field(5, ge=1, description="C, the dimension in which each is taken")

    def features(self, network: DiscriminatorNetwork, sample_shape: Shape) -> Features:
        base = network.build(sample_shape)
        closeness = Closeness(base.out_features, self.kernels, self.kernel_dim)
        return Features(*base, closeness, out_features=base.out_features + self.kernels)


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
