from __future__ import annotations

import torch
from torch import Tensor

from ganpipe.training.adam import Adam, Group

SHAPES = [(3, 4), (5,), (2, 3, 2, 2)]


def parameters() -> list[Tensor]:
    torch.manual_seed(0)
    return [torch.randn(shape) for shape in SHAPES]


def gradients(step: int) -> list[Tensor]:
    torch.manual_seed(step + 1)
    return [torch.randn(shape) for shape in SHAPES]


def test_steps_are_those_of_pytorchs_adam_to_the_last_bit() -> None:
    own, theirs = parameters(), parameters()
    adam = Adam([Group(own[:2], 1e-2), Group(own[2:], 3e-3)], (0.5, 0.99))
    groups = [{"params": theirs[:2], "lr": 1e-2}, {"params": theirs[2:], "lr": 3e-3}]
    reference = torch.optim.Adam(groups, betas=(0.5, 0.99), fused=True)
    for step in range(5):
        adam.step(gradients(step))
        for parameter, gradient in zip(theirs, gradients(step), strict=True):
            parameter.grad = gradient
        reference.step()
    assert all(torch.equal(a, b) for a, b in zip(own, theirs, strict=True))


def test_the_first_step_is_the_learning_rate_against_the_gradients_sign() -> None:
    own, before = parameters(), parameters()
    Adam([Group(own, 0.1)], (0.9, 0.999)).step(gradients(0))
    for moved, start, gradient in zip(own, before, gradients(0), strict=True):
        torch.testing.assert_close(moved - start, -0.1 * gradient.sign(), rtol=1e-4, atol=1e-5)


def test_a_gradient_may_lie_in_memory_in_any_order() -> None:
    plain, turned = parameters()[:1], parameters()[:1]
    gradient = gradients(0)[0]
    Adam([Group(plain, 0.1)], (0.5, 0.9)).step([gradient])
    elsewhere = gradient.T.contiguous().T
    assert not elsewhere.is_contiguous()
    Adam([Group(turned, 0.1)], (0.5, 0.9)).step([elsewhere])
    assert torch.equal(plain[0], turned[0])


def test_goes_on_from_a_saved_state() -> None:
    own, other = parameters(), parameters()
    first, second = Adam([Group(own, 0.1)], (0.5, 0.9)), Adam([Group(other, 0.1)], (0.5, 0.9))
    first.step(gradients(0))
    for parameter, moved in zip(other, own, strict=True):
        parameter.copy_(moved)
    second.load_state_dict(first.state_dict())
    for adam in (first, second):
        adam.step(gradients(1))
    assert all(torch.equal(a, b) for a, b in zip(own, other, strict=True))
