"""Importance sampling of one sample's marginal likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor

from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.proposal import Proposal

ROWS = 500
"""Latents that pass the generator at once: what a processor's cache holds; more are slower there."""


@dataclass(frozen=True)
class LogLikelihoodEstimate:
    """What is known of one sample.

    Attributes:
        log_likelihood: log p(x) in nats; too low on average, because the logarithm is concave.
        effective_sample_size: from 1 to the number of latents.
    """

    log_likelihood: float
    effective_sample_size: float


@torch.no_grad()
def importance_estimate(
    joint: Joint, sample: Tensor, proposal: Proposal, noise: Tensor, rows: int = ROWS
) -> LogLikelihoodEstimate:
    """log 1/S sum_s w_s with w_s = p(x | z_s) p(z_s) / r(z_s | x); PresGAN, section 3.3.

    Args:
        sample: x, [*sample_shape].
        noise: [S, latent_dim] of N(0, I), one row a latent.
        rows: latents that pass the generator at once.
    """
    parts = [
        joint.log_prob(sample[None], proposal.latents(part)) - proposal.log_prob(part)
        for part in torch.split(noise, rows)
    ]
    weights = torch.cat(parts)
    return LogLikelihoodEstimate(float(weights.logsumexp(0)) - log(len(weights)), float(effective_sample_size(weights)))


def effective_sample_size(log_weights: Tensor) -> Tensor:
    """(sum w)^2 / sum w^2 (Kish, 1965), for log w [S]."""
    return (2.0 * log_weights.logsumexp(0) - (2.0 * log_weights).logsumexp(0)).exp()
