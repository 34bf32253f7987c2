"""Importance sampling as its formula is printed: one latent after another, densities by SciPy, in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from scipy import special, stats
from torch import Tensor


def plain_log_likelihood(
    generator: Callable[[Tensor], Tensor],
    sigma: Tensor,
    sample: Tensor,
    proposal: tuple[Tensor, Tensor],
    noise: Tensor,
    interval: tuple[float, float] | None,
) -> float:
    """log 1/S sum_s p(x | z_s) p(z_s) / r(z_s | x).

    Args:
        proposal: mean and standard deviation of r, [latent_dim] each.
        noise: [S, latent_dim].
        interval: where pixels are known to lie; None for a Gaussian that is not truncated.
    """
    mean, deviation = proposal
    x, scale = sample.double().numpy(), sigma.double().numpy()
    log_weights = []
    for row in noise:
        z = mean + deviation * row
        with torch.no_grad():
            centre = generator(z[None])[0].double().numpy()
        likelihood = stats.norm.logpdf(x, centre, scale)
        if interval is not None:
            low, high = interval
            likelihood = likelihood - np.log(
                special.ndtr((high - centre) / scale) - special.ndtr((low - centre) / scale)
            )
        prior = stats.norm.logpdf(z.double().numpy())
        proposed = stats.norm.logpdf(z.double().numpy(), mean.double().numpy(), deviation.double().numpy())
        log_weights.append(likelihood.sum() + prior.sum() - proposed.sum())
    return float(special.logsumexp(log_weights) - np.log(len(log_weights)))
