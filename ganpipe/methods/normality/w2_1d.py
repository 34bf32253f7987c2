"""The one-dimensional Gaussian loss, which looks at each latent dimension by itself (InvertGAN, eq. 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import torch
from ganpipe.methods.normality.normality import Moments

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Turn


class W2OneDimensional(Moments):
    """sqrt(||mu||^2 + ||sigma - 1||^2), sigma being the standard deviation of each dimension (eq. 11)."""

    kind: Literal["w2_1d"] = "w2_1d"
    source: ClassVar[str] = "InvertGAN, eq. 11"

    def loss(self, turn: Turn, encodings: Tensor) -> Tensor:
        mean, std = encodings.mean(dim=0), encodings.std(dim=0)
        distance: Tensor = torch.linalg.vector_norm(torch.cat([mean, std - 1.0]))
        return distance
