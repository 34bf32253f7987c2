"""The 2-Wasserstein distance between Gaussians (InvertGAN, eq. 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import torch
from ganpipe.methods.normality.normality import Moments

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Turn


class W2(Moments):
    """sqrt(||mu||^2 + tr(Sigma + I - 2 Sigma^1/2)) = sqrt(||mu||^2 + sum over i of (s_i - 1)^2) (eq. 6).

    s_i^2 are the eigenvalues of Sigma. The s_i are taken as singular values of the centred encodings, whose gradient is
    bounded also where an eigenvalue is zero or where several are equal.
    """

    kind: Literal["w2"] = "w2"
    source: ClassVar[str] = "InvertGAN, eq. 6"

    def loss(self, turn: Turn, encodings: Tensor) -> Tensor:
        mean = encodings.mean(dim=0)
        # The decomposition raises on what is not finite. A run that has diverged must end as such: the mean says so.
        centred = (encodings - mean).nan_to_num(0.0, 0.0, 0.0)
        spread = torch.linalg.svdvals(centred) / (len(encodings) - 1) ** 0.5
        distance: Tensor = torch.linalg.vector_norm(torch.cat([mean, spread - 1.0]))
        return distance
