"""What a Gaussian loss is: how far a batch of encodings is from N(0, I) (InvertGAN, section 4.2)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganpipe.methods.games.game import Blueprint, Dice, Losses, Player, Turn
    from ganpipe.spec.run import RunSpec


class Normality(Part):
    """L_Gau of the encodings z~ = F(x); l is their dimension, mu and Sigma their mean and covariance in the batch.

    A kind may bring a player of its own. Names of players, networks and noise begin with the kind's own.
    """

    @property
    def players(self) -> Mapping[str, Player]:
        """Players beside the game's, in the order in which they move."""
        return {}

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        """Networks beside the game's."""
        return {}

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        """Everything random beside the game's."""
        return {}

    def losses(self, turn: Turn, encode: Callable[[], Tensor]) -> Losses:
        """What its own players minimise; ``encode`` gives encodings [n, l] of the turn's real samples."""
        return {}

    @abstractmethod
    def loss(self, turn: Turn, encodings: Tensor) -> Tensor:
        """L_Gau of encodings [n, l], which F minimises."""

    def refuses(self, run: RunSpec) -> str | None:
        """A sentence that says what in ``run`` the loss cannot go with; None when it can."""
        return None


class Moments(Normality):
    """A loss of the encodings' mean and covariance, which say nothing unless the batch is larger than l."""

    def refuses(self, run: RunSpec) -> str | None:
        samples, latent_dim = run.training.batch_size * run.method.judge.group_size, run.networks.latent_dim
        if run.networks.latent_distribution != "normal":
            return "compares encodings with N(0, I); set networks.latent_distribution: normal"
        if samples <= latent_dim:
            return (
                f"needs a covariance in {latent_dim} dimensions from {samples} samples; "
                f"set training.batch_size so that they are more than networks.latent_dim"
            )
        return None


def moments(encodings: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [l] and covariance [l, l], with 1 / (n - 1), of encodings [n, l]."""
    mean = encodings.mean(dim=0)
    centred = encodings - mean
    return mean, centred.mT @ centred / (len(encodings) - 1)
