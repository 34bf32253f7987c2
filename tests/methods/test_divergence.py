from __future__ import annotations

import torch
from torch.distributions import Normal, kl_divergence

from ganpipe.methods.divergence import kl_to_standard_normal


def test_it_is_the_sum_over_independent_dimensions() -> None:
    random = torch.Generator().manual_seed(0)
    mean, log_variance = torch.randn(2, 5, 3, dtype=torch.float64, generator=random)
    expected = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0.0, 1.0)).sum(dim=1)
    torch.testing.assert_close(kl_to_standard_normal(mean, log_variance), expected)


def test_only_of_the_prior_it_is_zero() -> None:
    zero = torch.zeros(1, 4)
    assert kl_to_standard_normal(zero, zero).tolist() == [0.0]
    for mean, log_variance in ((zero + 0.1, zero), (zero, zero + 0.1), (zero, zero - 0.1)):
        assert kl_to_standard_normal(mean, log_variance).item() > 0
