"""The divergence of an encoder's posterior from the prior, a term of the evidence lower bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def kl_to_standard_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(m, diag v) || N(0, I)) = sum (v + m^2 - 1 - log v) / 2, in nats; Kingma and Welling 2014, appendix B.

    Args:
        mean: m, [n, latent_dim].
        log_variance: log v, [n, latent_dim].

    Returns:
        [n].
    """
    divergence: Tensor = 0.5 * (log_variance.exp() + mean.square() - 1.0 - log_variance).sum(dim=1)
    return divergence
