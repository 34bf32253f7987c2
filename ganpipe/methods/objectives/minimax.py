"""The minimax objective as the papers print it; the generator's gradient vanishes where the discriminator is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import functional
from ganpipe.methods.objectives.objective import Objective

if TYPE_CHECKING:
    from torch import Tensor


class Minimax(Objective):
    """L_D = E log(1 + e^-d(x)) + E log(1 + e^d(G(z))); L_G = E log(1 - D(G(z))) = -E log(1 + e^d(G(z)))."""

    kind: Literal["minimax"] = "minimax"
    source: ClassVar[str] = "Goodfellow et al. 2014, eq. 1"

    def real(self, logits: Tensor) -> Tensor:
        return functional.softplus(-logits)

    def fake(self, logits: Tensor) -> Tensor:
        return functional.softplus(logits)

    def pass_as_real(self, logits: Tensor) -> Tensor:
        return -functional.softplus(logits)

    def pass_as_fake(self, logits: Tensor) -> Tensor:
        return -functional.softplus(-logits)

    def pass_mixed(self, logits: Tensor, share: Tensor) -> Tensor:
        return -self.mixed(logits, share)
