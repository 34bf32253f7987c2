from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganpipe.methods.games.game import Turn
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.regularisers.r1 import R1
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers

N = 5


def a_turn(method: Method) -> Turn:
    return Turn(method, {}, torch.empty(0), {}, {})


def test_of_a_quadratic_critic_it_is_about_the_distance_of_real_samples() -> None:
    a = torch.tensor(1.5, dtype=torch.float64, requires_grad=True)
    real, fake = torch.randn(N, 3, dtype=torch.float64), torch.randn(N, 3, dtype=torch.float64)
    r1 = R1(weight=4.0)
    turn = a_turn(Method(regularisers=Regularisers(r1=r1)))
    loss = r1.discriminator_penalty(turn, lambda x: a / 2 * x.square().sum(dim=1), real, fake)
    torch.testing.assert_close(loss, 4.0 / 2 * a**2 * real.square().sum(dim=1).mean())
    (gradient,) = torch.autograd.grad(loss, a)
    torch.testing.assert_close(gradient, 4.0 * a.detach() * real.square().sum(dim=1).mean())


def test_a_pack_is_one_point() -> None:
    w = torch.randn(2, 3, dtype=torch.float64)
    real = torch.randn(2 * N, 3, dtype=torch.float64)

    def critic(x: Tensor) -> Tensor:
        return (x.reshape(2, N, 3) * w.unsqueeze(1)).sum(dim=(0, 2))

    r1 = R1()
    turn = a_turn(Method(judge=Packed(size=2), regularisers=Regularisers(r1=r1)))
    assert r1.discriminator_penalty(turn, critic, real, real).item() == pytest.approx(5.0 * w.square().sum().item())
