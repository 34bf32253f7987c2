"""Unrolled GAN: the generator looks ahead at what the discriminator would learn.

Metz, Poole, Pfau, Sohl-Dickstein: Unrolled generative adversarial networks, 2017.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import nn
from ganpipe.methods.games.game import Blueprint, Game, Player, Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.unrolling import adam_from, descent, unrolled

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.methods.unrolling import Step


class Unrolled(Game):
    """The generator minimises -f(theta_G, theta_D^K), f being minus the discriminator's loss (section 2.2).

    theta_D^0 = theta_D and theta_D^{k+1} = theta_D^k - eta dL_D / dtheta_D^k: the discriminator's parameters after K
    updates on one batch, through which the generator's gradient passes. The discriminator itself takes ordinary steps.

    -f(theta_G, theta_D^K) is also about real samples, which the generator touches through theta_D^K only. With K = 0
    that part is a constant; it is left out, and the game is the GAN.
    """

    kind: Literal["unrolled"] = "unrolled"
    source: ClassVar[str] = "Metz et al. 2017, section 2.2"
    steps: int = Field(5, ge=0, description="K, the updates that the generator looks ahead")
    inner_optimiser: Literal["adam", "sgd"] = Field(
        "adam", description="of the updates ahead; adam goes on from the state of the discriminator's own"
    )
    inner_learning_rate: float | None = Field(None, gt=0, description="eta; None: the discriminator's own")

    @property
    def players(self) -> Mapping[str, Player]:
        return {
            "discriminator": Player(networks=("discriminator",), sees_real=True),
            "generator": Player(networks=("generator",), sees_real=self.steps > 0),
        }

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return GAN().networks(blueprint)

    def losses(self, turn: Turn) -> Losses:
        plain = GAN().losses(turn)
        return {**plain, "generator": lambda: self._generator_loss(turn)} if self.steps > 0 else plain

    def _generator_loss(self, turn: Turn) -> Tensor:
        z, objective = turn.noise["z"], turn.method.objective
        fake = turn.generated(z)

        def discriminator_loss(discriminator: Callable[[Tensor], Tensor]) -> Tensor:
            return turn.discriminator_loss(discriminator, turn.real, fake)

        ahead = unrolled(turn.networks["discriminator"], discriminator_loss, self._step(turn), self.steps)
        # -f of the last discriminator: with minimax exactly minus its loss, and otherwise whatever stands for it.
        loss = objective.generator(ahead(fake)) + objective.pass_as_fake(ahead(turn.real)).mean()
        return loss + turn.generator_penalty(z, fake)

    def _step(self, turn: Turn) -> Step:
        optimiser = turn.optimisers["discriminator"]
        own = [group.learning_rate for group in optimiser.groups for _ in group.parameters]
        rates = own if self.inner_learning_rate is None else [self.inner_learning_rate] * len(own)
        return adam_from(optimiser, rates) if self.inner_optimiser == "adam" else descent(rates)
