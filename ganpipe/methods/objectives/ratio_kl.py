"""The discriminator as an estimate of a log density ratio, and the KL divergence that follows from it.

Srivastava et al.: VEEGAN: Reducing mode collapse in GANs using implicit variational learning, 2017, section 3.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import functional
from ganpipe.methods.objectives.objective import Objective

if TYPE_CHECKING:
    from torch import Tensor


class RatioKL(Objective):
    """L_D = E log(1 + e^-d(x)) + E log(1 + e^d(G(z))), at whose minimum d = log p / q; L_G = -E d(G(z)) = KL(q || p).

    VEEGAN labels generated data "1", so its own D_omega is log q / p: everything here is written with d = -D_omega.
    """

    kind: Literal["ratio_kl"] = "ratio_kl"
    source: ClassVar[str] = "VEEGAN, section 3.2"

    def real(self, logits: Tensor) -> Tensor:
        return functional.softplus(-logits)

    def fake(self, logits: Tensor) -> Tensor:
        return functional.softplus(logits)

    def pass_as_real(self, logits: Tensor) -> Tensor:
        return -logits

    def pass_as_fake(self, logits: Tensor) -> Tensor:
        return logits
