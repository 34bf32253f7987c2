"""The Wasserstein objective: the discriminator is a critic whose logits have no bounds.

Arjovsky et al.: Wasserstein GAN, 2017. The critic must be kept Lipschitz, by a gradient penalty or by spectral norm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.methods.objectives.objective import Objective

if TYPE_CHECKING:
    from torch import Tensor


class Wasserstein(Objective):
    """L_D = E d(G(z)) - E d(x); L_G = -E d(G(z))."""

    kind: Literal["wasserstein"] = "wasserstein"
    source: ClassVar[str] = "Arjovsky et al. 2017, eq. 2"
    log_odds: ClassVar[bool] = False

    def real(self, logits: Tensor) -> Tensor:
        return -logits

    def fake(self, logits: Tensor) -> Tensor:
        return logits

    def pass_as_real(self, logits: Tensor) -> Tensor:
        return -logits

    def pass_as_fake(self, logits: Tensor) -> Tensor:
        return logits
