"""Multilayer perceptrons of the 2-D experiments."""

from __future__ import annotations

from math import prod
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from ganpipe.networks.network import (
    ACTIVATIONS,
    Activation,
    DiscriminatorNetwork,
    Features,
    GeneratorNetwork,
    Reshape,
    Shape,
    initialise_normal,
)


class MLPGenerator(GeneratorNetwork):
    """``depth`` hidden layers of ``width`` units and a linear output.

    With ``batch_norm`` the hidden layers have no bias and population statistics move by 0.05 a step, as in the 2-D
    experiments of PacGAN.
    """

    kind: Literal["mlp"] = "mlp"
    source: ClassVar[str] = "PacGAN, appendix A.1; InvertGAN, section 4.1; PresGAN, figure 1"
    width: int = Field(128, ge=1)
    depth: int = Field(2, ge=1)
    activation: Activation = "relu"
    batch_norm: bool = False
    normal_init: bool = Field(False, description="N(0, 0.02) instead of PyTorch's default initialisation")

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        layers: list[nn.Module] = []
        for index in range(self.depth):
            layers.append(nn.Linear(latent_dim if index == 0 else self.width, self.width, bias=not self.batch_norm))
            if self.batch_norm:
                layers.append(nn.BatchNorm1d(self.width, momentum=0.05))
            layers.append(ACTIVATIONS[self.activation]())
        network = nn.Sequential(*layers, nn.Linear(self.width, prod(sample_shape)), Reshape(*sample_shape))
        return network.apply(initialise_normal) if self.normal_init else network


class MLPDiscriminator(DiscriminatorNetwork):
    """``depth`` hidden layers of ``width`` units."""

    kind: Literal["mlp"] = "mlp"
    source: ClassVar[str] = "InvertGAN, section 4.1; PresGAN, figure 1"
    width: int = Field(128, ge=1)
    depth: int = Field(2, ge=1)
    activation: Activation = "relu"

    def build(self, sample_shape: Shape) -> Features:
        layers: list[nn.Module] = [nn.Flatten()]
        for index in range(self.depth):
            layers.append(nn.Linear(prod(sample_shape) if index == 0 else self.width, self.width))
            layers.append(ACTIVATIONS[self.activation]())
        return Features(*layers, out_features=self.width)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features)


class MaxoutDiscriminator(DiscriminatorNetwork):
    """Hidden maxout layers: each unit is the largest of ``pieces`` linear functions."""

    kind: Literal["maxout"] = "maxout"
    source: ClassVar[str] = "PacGAN, appendix A.1 (after ALI's toy code)"
    width: int = Field(200, ge=1)
    pieces: int = Field(5, ge=1)
    depth: int = Field(3, ge=1)

    def build(self, sample_shape: Shape) -> Features:
        layers: list[nn.Module] = [nn.Flatten()]
        for index in range(self.depth):
            layers.append(Maxout(prod(sample_shape) if index == 0 else self.width, self.width, self.pieces))
        return Features(*layers, out_features=self.width).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features).apply(initialise_normal)


class Maxout(nn.Linear):
    """[n, in_features] -> [n, units], the maximum over ``pieces`` affine maps. Source: Goodfellow et al. 2013."""

    def __init__(self, in_features: int, units: int, pieces: int) -> None:
        super().__init__(in_features, units * pieces)
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        return torch.amax(super().forward(x).reshape(len(x), -1, self.pieces), dim=-1)
