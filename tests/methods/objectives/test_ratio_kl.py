from __future__ import annotations

import torch

from ganpipe.methods.objectives.non_saturating import NonSaturating
from ganpipe.methods.objectives.ratio_kl import RatioKL


def test_the_discriminator_learns_by_logistic_regression() -> None:
    real, fake = torch.randn(2, 50)
    assert torch.equal(RatioKL().discriminator(real, fake), NonSaturating().discriminator(real, fake))


def test_the_generator_minimises_the_kl_divergence_that_the_log_ratio_estimates() -> None:
    # q = (0.9, 0.1), p = (0.4, 0.6), and as many samples of each kind as q says.
    q, p = torch.tensor([0.9, 0.1]), torch.tensor([0.4, 0.6])
    samples = torch.repeat_interleave(torch.tensor([0, 1]), torch.tensor([90, 10]))
    log_ratio = torch.log(p / q)[samples]
    torch.testing.assert_close(RatioKL().generator(log_ratio), (q * torch.log(q / p)).sum())


def test_the_generator_wants_large_logits_and_whoever_wants_to_pass_as_generated_small_ones() -> None:
    logits = torch.tensor([2.0, -1.0])
    assert torch.equal(RatioKL().pass_as_real(logits), -logits)
    assert torch.equal(RatioKL().pass_as_fake(logits), logits)
