"""What a network is to the rest of the house.

A generator maps latents to samples. A discriminator's architecture stops at its last hidden features; what is done with
them (one logit a sample, a pack or a set) is the judge's business, so every judge goes with every network.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from ganpipe.late import nn
from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from ganpipe.layers import Features

Shape = tuple[int, ...]
Activation = Literal["relu", "leaky_relu", "tanh"]

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": lambda: nn.ReLU(),
    "leaky_relu": lambda: nn.LeakyReLU(0.2),
    "tanh": lambda: nn.Tanh(),
}


class BaseNetwork(Protocol):
    """What a judge builds over: features of whatever one logit is about, and linear layers in the same style."""

    def build(self, sample_shape: Shape) -> Features:
        """A module [n, *sample_shape] -> [n, out_features]."""

    def head(self, in_features: int, out_features: int) -> nn.Linear:
        """A linear layer."""


class GeneratorNetwork(Part):
    """The architecture of a generator."""

    @abstractmethod
    def build(self, latent_dim: int, sample_shape: Shape) -> nn.Module:
        """A module [n, latent_dim] -> [n, *sample_shape], initialised from torch's global generator."""

    def noise_dim(self, latent_dim: int, sample_shape: Shape, *, training: bool) -> int:
        """Numbers N(0, 1) that each sample takes beside its latent, behind it in the same row.

        Most networks take none. One that does must also make samples of latents alone, for who has no more: an encoder
        knows no noise. In evaluation it may take fewer than in training, the first of them.
        """
        return 0

    def refuses(self, sample_shape: Shape) -> str | None:
        """A sentence that says why the architecture cannot make samples of this shape; None when it can."""
        return None


class DiscriminatorNetwork(Part):
    """The architecture of a discriminator (or of an encoder) up to its last hidden features."""

    @property
    def has_batch_norm(self) -> bool:
        """Whether the architecture has batch norm, which those can have that have a field ``batch_norm``."""
        return bool(getattr(self, "batch_norm", False))

    @property
    def batch_field(self) -> str | None:
        """The field that makes the features of a sample depend on the rest of the batch; None while none does."""
        return "batch_norm" if self.has_batch_norm else None

    @abstractmethod
    def build(self, sample_shape: Shape) -> Features:
        """A module [n, *sample_shape] -> [n, out_features], initialised from torch's global generator."""

    @abstractmethod
    def head(self, in_features: int, out_features: int) -> nn.Linear:
        """A last linear layer initialised as this architecture initialises its own."""

    def refuses(self, sample_shape: Shape) -> str | None:
        """A sentence that says why the architecture cannot see samples of this shape; None when it can."""
        return None


def initialise_normal(module: nn.Module, std: float = 0.02) -> None:
    """The DCGAN family's initialisation: weights N(0, std), biases 0, batch-norm scales N(1, std).

    Use with ``module.apply``. Source: Radford et al. 2016, section 4; the batch-norm scale follows the PyTorch code.
    """
    if isinstance(module, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, std)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, std)
        nn.init.zeros_(module.bias)


def normalisation(channels: int, batch_norm: bool) -> list[nn.Module]:
    """Batch norm over feature maps where it is wanted."""
    return [nn.BatchNorm2d(channels)] if batch_norm else []


def refuses_unless_image(sample_shape: Shape, sizes: tuple[int, ...]) -> str | None:
    """A sentence when ``sample_shape`` is not a square image of one of ``sizes``."""
    if len(sample_shape) == 3 and sample_shape[1] == sample_shape[2] in sizes:
        return None
    wanted = " or ".join(f"{size}x{size}" for size in sizes)
    return f"is made for images of {wanted} pixels, not for samples of shape {list(sample_shape)}"
