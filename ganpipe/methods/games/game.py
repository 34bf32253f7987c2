"""What a game is: who plays, what is random in one update, and what each player minimises."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
from torch import Tensor, nn

from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from ganpipe.spec.method import Method

Networks = Mapping[str, nn.Module]
Noise = Mapping[str, Tensor]
Losses = Mapping[str, Callable[[], Tensor]]


@dataclass(frozen=True)
class Player:
    """One side of a game.

    Attributes:
        networks: names of the networks it trains.
        sees_real: whether its loss looks at real samples; none are drawn for it otherwise.
    """

    networks: tuple[str, ...]
    sees_real: bool


class Blueprint(Protocol):
    """Makes the networks that a game asks for, from the run's base networks and its judge."""

    def generator(self) -> nn.Module:
        """[n, latent_dim] -> [n, *sample_shape]."""

    def discriminator(self) -> nn.Module:
        """[group_size * n, *sample_shape] -> [n] logits."""


class Prior(Protocol):
    """The distribution of latents."""

    def latents(self, rng: np.random.Generator, count: int) -> Tensor:
        """float32 [count, latent_dim], on the host."""


class Game(Part):
    """Losses are pure functions of the networks, real samples and noise: all randomness is handed in."""

    adversaries: ClassVar[tuple[str, ...]] = ("discriminator",)
    """Networks that no evaluation needs; snapshots before the last leave them out."""

    @property
    @abstractmethod
    def players(self) -> Mapping[str, Player]:
        """The players by name, in the order in which they move."""

    @abstractmethod
    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        """Every network of the game by name; ``generator`` is always among them."""

    @abstractmethod
    def noise(self, rng: np.random.Generator, prior: Prior, samples: int) -> dict[str, Tensor]:
        """Everything random in one update about ``samples`` samples, on the host."""

    @abstractmethod
    def losses(self, method: Method, networks: Networks, real: Tensor, noise: Noise) -> Losses:
        """What each player minimises, as functions that are called for the player whose turn it is.

        Args:
            method: whose objective and judge the losses use.
            networks: as made by ``networks``, in training mode.
            real: [group_size * n, *sample_shape], member-major; empty for a player that does not see real samples.
            noise: as made by ``noise``.
        """
