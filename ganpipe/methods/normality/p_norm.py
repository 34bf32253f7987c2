"""The p-norm distance between the moments of Gaussians (InvertGAN, eq. 8 and 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import torch
from ganpipe.methods.normality.normality import Moments, moments

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Turn


class PNorm(Moments):
    """||mu||_p + ||Sigma - I||_p, the second over all entries of the matrix (eq. 9).

    Absolute values, which the paper's matrix norm leaves out, are implied: without them it is no norm.
    """

    kind: Literal["p_norm"] = "p_norm"
    source: ClassVar[str] = "InvertGAN, eq. 8 and 9"
    p: float = Field(2.0, ge=1, description="the paper does not give it")

    def loss(self, turn: Turn, encodings: Tensor) -> Tensor:
        mean, covariance = moments(encodings)
        identity = torch.eye(len(mean), dtype=mean.dtype, device=mean.device)
        of_mean: Tensor = torch.linalg.vector_norm(mean, self.p)
        of_covariance: Tensor = torch.linalg.vector_norm(covariance - identity, self.p)
        return of_mean + of_covariance
