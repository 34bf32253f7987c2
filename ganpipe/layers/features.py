"""A network up to its last hidden features."""

from __future__ import annotations

from torch import nn


class Features(nn.Sequential):
    """Layers [n, *sample_shape] -> [n, out_features]."""

    def __init__(self, *layers: nn.Module, out_features: int) -> None:
        super().__init__(*layers)
        self.out_features = out_features
