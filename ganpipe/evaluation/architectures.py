"""Convolutional networks that name the modes of images: yardsticks, small and standard, the same for every method."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from ganpipe.late import nn, torch
from ganpipe.spec.part import Part


class Architecture(Part):
    """Two 3x3 convolutions, pooling, and two dense layers, with ReLU and dropout, for single-channel images.

    Attributes:
        width: channels of the first convolution; the second has twice, the hidden dense layer four times as many.
    """

    size: ClassVar[int]
    """Side of the square images that it reads, in pixels."""
    padding: ClassVar[int]

    width: int = Field(32, ge=1)

    def build(self, classes: int) -> nn.Module:
        """A module [n, 1, size, size] in [0, 1] -> logits [n, classes], initialised from torch's global generator."""
        pooled = (self.size - 4 + 4 * self.padding) // 2
        network = nn.Sequential(
            *(nn.Conv2d(1, self.width, 3, padding=self.padding), nn.ReLU()),
            # Pooling before the ReLU gives the same values and spares three quarters of it.
            *(nn.Conv2d(self.width, 2 * self.width, 3, padding=self.padding), nn.MaxPool2d(2), nn.ReLU()),
            *(nn.Dropout(0.25), nn.Flatten()),
            *(nn.Linear(2 * self.width * pooled**2, 4 * self.width), nn.ReLU(), nn.Dropout(0.5)),
            nn.Linear(4 * self.width, classes),
        )
        network.apply(_initialise)
        # A fifth faster on a CPU.
        return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


class KerasMnist(Architecture):
    """The MNIST example of Keras, by which PacGAN counts modes; about 99.25 % on the test images."""

    kind: Literal["keras_mnist"] = "keras_mnist"
    source: ClassVar[str] = "Keras' mnist_cnn example, as used by PacGAN, section 4.2"
    size: ClassVar[int] = 28
    padding: ClassVar[int] = 0


class Digits8(Architecture):
    """The same network for 8x8 images, padded so that the borders survive."""

    kind: Literal["digits8"] = "digits8"
    source: ClassVar[str] = "Keras' mnist_cnn example, at 8x8"
    size: ClassVar[int] = 8
    padding: ClassVar[int] = 1


def _initialise(module: nn.Module) -> None:
    """Keras' defaults: Glorot's uniform weights and zero biases."""
    if isinstance(module, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(module.weight)
        nn.init.zeros_(module.bias)  # type: ignore[arg-type]
