"""R1, the gradient penalty on real samples.

Mescheder, Geiger, Nowozin: Which training methods for GANs do actually converge?, 2018.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.methods.logit_gradients import logit_gradients
from ganpipe.methods.regularisers.steepness import Steepness

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Turn


class R1(Steepness):
    """gamma / 2 E ||grad d(x)||^2 on real x (eq. 9); one norm over all samples of a pack or a set."""

    kind: Literal["r1"] = "r1"
    source: ClassVar[str] = "Mescheder et al. 2018, eq. 9"
    weight: float = Field(10.0, gt=0, description="gamma")

    def discriminator_penalty(
        self, turn: Turn, discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor
    ) -> Tensor:
        gradients = logit_gradients(discriminator, real, turn.method.judge.group_size)
        return self.weight / 2.0 * gradients.square().sum(dim=1).mean()
