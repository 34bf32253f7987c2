"""Weights that are scaled when they are used, so that all of a network learn at one speed.

Karras, Aila, Laine, Lehtinen: Progressive growing of GANs, 2018, section 4.1.
"""

from __future__ import annotations

from math import sqrt
from typing import TypeVar

from torch import Tensor, nn
from torch.nn.utils import parametrize

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)


class Scale(nn.Module):
    """A parametrisation w -> factor * w."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, weight: Tensor) -> Tensor:
        return self.factor * weight


def equalise(layer: Layer, gain: float = sqrt(2.0), multiplier: float = 1.0) -> Layer:
    """Give ``layer`` the weight c m w with w ~ N(0, 1 / m^2) and He's constant c = gain / sqrt(fan in), in place.

    The weight starts as He's initialisation would have it, and an update of Adam moves it by c m times the learning
    rate. The bias starts at 0 and is scaled by m alone. As a parametrisation it goes with those that other layers
    bring: a spectral norm put over it sees the scaled weight.

    Args:
        layer: a fresh layer.
        gain: of what follows; sqrt(2) for rectifiers, 1 for none.
        multiplier: m, of the learning rate. Source: Karras et al. 2018, section 4.1; m is that of StyleGAN's code.
    """
    constant = gain / sqrt(layer.weight[0].numel())
    nn.init.normal_(layer.weight, 0.0, 1.0 / multiplier)
    parametrize.register_parametrization(layer, "weight", Scale(constant * multiplier))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
        if multiplier != 1.0:
            parametrize.register_parametrization(layer, "bias", Scale(multiplier))
    return layer
