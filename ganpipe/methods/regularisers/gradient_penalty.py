"""The gradient penalty of WGAN-GP, for any objective.

Gulrajani et al.: Improved training of Wasserstein GANs, 2017.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import torch
from ganpipe.methods.logit_gradients import logit_gradients
from ganpipe.methods.regularisers.steepness import Steepness

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Dice, Turn


class GradientPenalty(Steepness):
    """lambda E (||grad d(x^)||_2 - 1)^2, with x^ = e x + (1 - e) G(z) and e ~ U[0, 1] (eq. 3).

    d is the logit, so with a cross-entropy objective this is the GAN-GP of Miyato et al. 2018. A logit about a group
    of samples has one coefficient e, and one norm over all of them: to the mathematics a pack or a set is one point.
    """

    kind: Literal["gradient_penalty"] = "gradient_penalty"
    source: ClassVar[str] = "Gulrajani et al. 2017, eq. 3"
    weight: float = Field(10.0, gt=0, description="lambda")

    def noise(self, dice: Dice, samples: int, group_size: int) -> dict[str, Tensor]:
        return {"gradient_penalty": dice.uniform(samples // group_size)}

    def discriminator_penalty(
        self, turn: Turn, discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor
    ) -> Tensor:
        group_size = turn.method.judge.group_size
        coefficients = turn.noise["gradient_penalty"].repeat(group_size)
        between = torch.lerp(fake, real, coefficients.reshape(-1, *[1] * (real.dim() - 1)))
        # The norm's own gradient at zero is taken as zero, so a critic that is still flat does no harm.
        norms: Tensor = torch.linalg.vector_norm(logit_gradients(discriminator, between, group_size), dim=1)
        return self.weight * (norms - 1.0).square().mean()
