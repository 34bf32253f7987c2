"""What a game is: who plays, what is random in one update, and what each player minimises."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from ganpipe.late import nn, torch
from ganpipe.spec.part import Part

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.spec.method import Method
    from ganpipe.spec.run import RunSpec
    from ganpipe.training.adam import Adam

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
    """Makes the networks that a game asks for, from the run's base networks, its judge and its regularisers."""

    @property
    def sample_shape(self) -> tuple[int, ...]: ...

    @property
    def latent_dim(self) -> int: ...

    def generator(self) -> nn.Module:
        """[n, latent_dim] -> [n, *sample_shape]."""

    def discriminator(self) -> nn.Module:
        """[group_size * n, *sample_shape] -> [n] logits."""

    def joint_discriminator(self) -> nn.Module:
        """Pairs [group_size * n, prod(sample_shape) + latent_dim], as ``joined`` makes them -> [n] logits."""

    def encoder(self, out_features: int, extra_features: int = 0) -> nn.Module:
        """[n, *sample_shape] -> [n, out_features]; points may be longer by ``extra_features``."""


class Prior(Protocol):
    """The distribution of latents."""

    @property
    def latent_dim(self) -> int: ...

    def latents(self, rng: np.random.Generator, count: int) -> Tensor:
        """float32 [count, latent_dim], on the host."""

    def noise_dim(self, sample_shape: tuple[int, ...], *, training: bool) -> int:
        """Numbers N(0, 1) that the generator takes beside each latent."""


@dataclass(frozen=True)
class Dice:
    """Where everything random in one update comes from; drawn on the host, so a GPU sees the same numbers."""

    rng: np.random.Generator
    prior: Prior
    sample_shape: tuple[int, ...]

    def latents(self, count: int) -> Tensor:
        """float32 [count, latent_dim] of the prior."""
        return self.prior.latents(self.rng, count)

    def generator_noise(self, count: int) -> dict[str, Tensor]:
        """What the generator takes beside ``count`` latents, by the name ``generator``; empty where it takes none."""
        columns = self.prior.noise_dim(self.sample_shape, training=True)
        return {"generator": self.normal(count, columns)} if columns else {}

    def normal(self, *shape: int) -> Tensor:
        """float32 of N(0, 1)."""
        return torch.from_numpy(self.rng.standard_normal(shape, dtype=np.float32))

    def uniform(self, *shape: int) -> Tensor:
        """float32 of U[0, 1)."""
        return torch.from_numpy(self.rng.random(shape, dtype=np.float32))


@dataclass(frozen=True)
class Turn:
    """One update, as the losses see it.

    Attributes:
        networks: all of the method's, in training mode.
        real: [group_size * n, *sample_shape], member-major, as the discriminator is to see them; empty for a player
            that does not see real samples.
        noise: as made by the game and the regularisers.
        optimisers: the players' by name, for games that look ahead; only to be read.
    """

    method: Method
    networks: Mapping[str, nn.Module]
    real: Tensor
    noise: Mapping[str, Tensor]
    optimisers: Mapping[str, Adam]

    def generated(self, latents: Tensor) -> Tensor:
        """Generated samples as the discriminator sees them: latents [group_size * n, latent_dim] -> samples."""
        fake = self.method.judge.generate(self.networks["generator"], self.with_noise(latents))
        for regulariser in self.method.regularisers.parts:
            fake = regulariser.fake(self, fake)
        return fake

    def with_noise(self, latents: Tensor) -> Tensor:
        """What the generator takes: latents [group_size * n, latent_dim], and beside each its noise if it has any."""
        noise = self.noise.get("generator")
        return latents if noise is None else torch.cat([latents, noise], dim=1)

    def discriminator_loss(self, discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
        """The objective of the logits, with what regularisers add; real and fake pass separately.

        Args:
            discriminator: samples (or whatever one logit is about) -> logits.
            real: what is to be judged as real.
            fake: what is to be judged as generated, without gradients to the generator.
        """
        loss = self.method.objective.discriminator(discriminator(real), discriminator(fake))
        return loss + self.discriminator_penalty(discriminator, real, fake)

    def discriminator_penalty(self, discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> Tensor:
        """What regularisers add to the discriminator's loss, for games that show it real and generated data mixed."""
        penalty = torch.zeros((), device=real.device)
        for regulariser in self.method.regularisers.parts:
            penalty = penalty + regulariser.discriminator_penalty(self, discriminator, real, fake)
        return penalty

    def generator_penalty(self, latents: Tensor, fake: Tensor) -> Tensor:
        """What regularisers add to the generator's loss, ``fake`` being ``generated(latents)``."""
        penalty = torch.zeros((), device=fake.device)
        for regulariser in self.method.regularisers.parts:
            penalty = penalty + regulariser.generator_penalty(self, latents, fake)
        return penalty


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

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        """Everything random in one update about ``samples`` samples."""
        return {"z": dice.latents(samples)}

    @abstractmethod
    def losses(self, turn: Turn) -> Losses:
        """What each player minimises, as functions that are called for the player whose turn it is."""

    def encode(self, turn: Turn) -> Tensor | None:
        """Latents [n, latent_dim] of the turn's real samples; None for a game without an encoder."""
        return None

    def identity_on(self, sample_shape: tuple[int, ...]) -> dict[str, Any]:
        """What decides the result beside the settings, on samples of this shape."""
        return {}

    def after_update(self, networks: dict[str, nn.Module], player: str) -> None:
        """Keep parameters in their range, after ``player`` has moved."""

    def refuses(self, run: RunSpec) -> str | None:
        """A sentence that says what in ``run`` the game cannot go with; None when it can."""
        return None
