from __future__ import annotations

from itertools import product

import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.methods.logit_gradients import logit_gradients
from ganpipe.networks.joint import JointNetwork
from ganpipe.networks.mlp import MLPDiscriminator


def steep(judge: Judge, joint: bool = False) -> nn.Module:
    """A discriminator of points in the plane, or of pairs of these and latents in three dimensions."""
    torch.manual_seed(0)
    network = MLPDiscriminator(width=8, activation="tanh")
    base = JointNetwork(network, (2,), 3) if joint else network
    discriminator = judge.discriminator(base, (5,) if joint else (2,)).double()
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3)
    return discriminator


def slopes(discriminator: nn.Module, samples: Tensor, row: int, feature: int) -> Tensor:
    """How all logits change with one number of one sample, by central differences."""
    moved, h = torch.zeros_like(samples), 1e-6
    moved[row, feature] = h
    with torch.no_grad():
        change: Tensor = discriminator(samples + moved) - discriminator(samples - moved)
    return change / (2 * h)


@pytest.mark.parametrize("joint", [False, True])
@pytest.mark.parametrize("judge", [Single(), Packed(size=3), Set(size=2, hidden=8)])
def test_each_row_is_the_gradient_of_one_logit(judge: Judge, joint: bool) -> None:
    n, width = 4, 5 if joint else 2
    discriminator, samples = steep(judge, joint), torch.randn(judge.group_size * n, width, dtype=torch.float64)
    found = logit_gradients(discriminator, samples, judge.group_size).reshape(n, judge.group_size, width)
    for logit, member, feature in product(range(n), range(judge.group_size), range(width)):
        expected = slopes(discriminator, samples, member * n + logit, feature)
        assert found[logit, member, feature].item() == pytest.approx(expected[logit].item(), rel=1e-5, abs=1e-7)
        assert (expected[torch.arange(n) != logit] == 0).all()


def test_logits_that_depend_on_each_other_are_taken_together() -> None:
    discriminator, samples = steep(Minibatch(kernels=4, kernel_dim=2)), torch.randn(5, 2, dtype=torch.float64)
    found = logit_gradients(discriminator, samples, 1)
    for row, feature in product(range(5), range(2)):
        expected = slopes(discriminator, samples, row, feature).sum().item()
        assert found[row, feature].item() == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_the_gradient_is_a_function_of_whatever_made_the_samples() -> None:
    theta = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    samples = theta * torch.randn(4, 2, dtype=torch.float64)
    total = logit_gradients(lambda x: x.pow(3).sum(dim=1), samples, 1).sum()
    (slope,) = torch.autograd.grad(total, theta)
    # 3 sum x^2 with x = theta e, differentiated by theta.
    torch.testing.assert_close(slope, (6 * samples.detach().square() / theta.detach()).sum())
