"""The minimax objective as the papers print it; the generator's gradient vanishes where the discriminator is sure."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor
from torch.nn.functional import softplus

from ganpipe.methods.objectives.objective import Objective


class Minimax(Objective):
    """L_D = E log(1 + e^-d(x)) + E log(1 + e^d(G(z))); L_G = E log(1 - D(G(z))) = -E log(1 + e^d(G(z)))."""

    kind: Literal["minimax"] = "minimax"
    source: ClassVar[str] = "Goodfellow et al. 2014, eq. 1"

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return softplus(-real).mean() + softplus(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        return -softplus(fake).mean()
