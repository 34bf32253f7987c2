"""The non-saturating objective, which nearly all released code uses where the papers print minimax."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor
from torch.nn.functional import softplus

from ganpipe.methods.objectives.objective import Objective


class NonSaturating(Objective):
    """L_D = E log(1 + e^-d(x)) + E log(1 + e^d(G(z))); L_G = E log(1 + e^-d(G(z)))."""

    kind: Literal["non_saturating"] = "non_saturating"
    source: ClassVar[str] = "Goodfellow et al. 2014, section 3"

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-real).mean() + softplus(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        return softplus(-fake).mean()
