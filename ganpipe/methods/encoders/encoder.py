"""What an encoder is: the conditional distribution of latents given a sample, q(z | x)."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganpipe.methods.games.game import Blueprint, Dice, Turn
    from ganpipe.spec.run import RunSpec


class Encoder(Part):
    """One draw of z for each x; the architecture is the run's ``networks.encoder``.

    The game that uses it calls its network ``encoder``; noise is named ``encoder`` too.
    """

    @abstractmethod
    def network(self, blueprint: Blueprint) -> nn.Module:
        """The network behind ``encode``."""

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        """Everything random in encoding ``samples`` samples."""
        return {}

    @abstractmethod
    def encode(self, turn: Turn, samples: Tensor) -> Tensor:
        """Latents [n, latent_dim] of samples [n, *sample_shape], n being the samples of the update."""

    def refuses(self, run: RunSpec) -> str | None:
        """A sentence that says what in ``run`` the encoder cannot go with; None when it can."""
        return None
