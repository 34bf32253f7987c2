"""Multilayer perceptrons of the 2-D experiments."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn, torch
from ganpipe.networks.network import (
    ACTIVATIONS,
    Activation,
    DiscriminatorNetwork,
    GeneratorNetwork,
    Shape,
    initialise_normal,
)

if TYPE_CHECKING:
    from ganpipe.layers import Features


class MLPGenerator(GeneratorNetwork):
    """``depth`` hidden layers of ``width`` units and a linear output.

    With ``batch_norm`` the hidden layers have no bias, as in the 2-D experiments of PacGAN, and population statistics
    move by 0.05 a pass (there: a step, with the mean of its passes).
    """

    kind: Literal["mlp"] = "mlp"
    source: ClassVar[str] = "PacGAN, appendix A.1; InvertGAN, section 5.1; PresGAN, figure 1"
    width: int = Field(128, ge=1)
    depth: int = Field(2, ge=1)
    activation: Activation = "relu"
    batch_norm: bool = False
    normal_init: bool = Field(False, description="N(0, 0.02) instead of PyTorch's default initialisation")
    output_bias: tuple[float, ...] | None = Field(
        None, description="where the last layer's bias begins: one number for each of a sample's"
    )

    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        hidden, output = _hidden(latent_dim, self), nn.Linear(self.width, prod(sample_shape))
        network = nn.Sequential(*hidden, output, layers.Reshape(*sample_shape))
        if self.normal_init:
            network.apply(initialise_normal)
        if self.output_bias is not None:
            with torch.no_grad():
                output.bias.copy_(torch.tensor(self.output_bias))
        return network

    def refuses(self, sample_shape: Shape) -> str | None:
        if self.output_bias is None or len(self.output_bias) == prod(sample_shape):
            return None
        return f"has an output_bias of {len(self.output_bias)} numbers, and samples have {prod(sample_shape)}"


class MLPDiscriminator(DiscriminatorNetwork):
    """``depth`` hidden layers of ``width`` units, as in the generator."""

    kind: Literal["mlp"] = "mlp"
    source: ClassVar[str] = "InvertGAN, section 5.1; PresGAN, figure 1"
    width: int = Field(128, ge=1)
    depth: int = Field(2, ge=1)
    activation: Activation = "relu"
    batch_norm: bool = False
    normal_init: bool = Field(False, description="N(0, 0.02) instead of PyTorch's default initialisation")

    def build(self, sample_shape: Shape) -> Features:
        features = layers.Features(nn.Flatten(), *_hidden(prod(sample_shape), self), out_features=self.width)
        return features.apply(initialise_normal) if self.normal_init else features

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        head = nn.Linear(in_features, out_features)
        return head.apply(initialise_normal) if self.normal_init else head


def _hidden(inputs: int, network: MLPGenerator | MLPDiscriminator) -> list[nn.Module]:
    stack: list[nn.Module] = []
    for index in range(network.depth):
        stack.append(nn.Linear(inputs if index == 0 else network.width, network.width, bias=not network.batch_norm))
        if network.batch_norm:
            stack.append(nn.BatchNorm1d(network.width, momentum=0.05))
        stack.append(ACTIVATIONS[network.activation]())
    return stack


class MaxoutDiscriminator(DiscriminatorNetwork):
    """Hidden maxout layers: each unit is the largest of ``pieces`` linear functions."""

    kind: Literal["maxout"] = "maxout"
    source: ClassVar[str] = "PacGAN, appendix A.1 (after ALI's toy code)"
    width: int = Field(200, ge=1)
    pieces: int = Field(5, ge=1)
    depth: int = Field(3, ge=1)

    def build(self, sample_shape: Shape) -> Features:
        stack: list[nn.Module] = [nn.Flatten()]
        for index in range(self.depth):
            stack.append(layers.Maxout(prod(sample_shape) if index == 0 else self.width, self.width, self.pieces))
        return layers.Features(*stack, out_features=self.width).apply(initialise_normal)

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        return nn.Linear(in_features, out_features).apply(initialise_normal)
