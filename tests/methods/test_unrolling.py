from __future__ import annotations

import torch
from torch import Tensor, nn

from ganpipe.methods.unrolling import adam_from, descent, unrolled
from ganpipe.training.adam import Adam, Group

SHAPES = [(3, 4), (5,)]


def tensors(seed: int) -> list[Tensor]:
    torch.manual_seed(seed)
    return [torch.randn(shape) for shape in SHAPES]


def test_steps_of_adam_are_those_of_the_optimiser_from_where_it_is() -> None:
    parameters = tensors(0)
    optimiser = Adam([Group(parameters[:1], 0.1), Group(parameters[1:], 0.02)], (0.5, 0.99))
    for seed in (1, 2):
        optimiser.step(tensors(seed))
    step, ahead = adam_from(optimiser, [0.1, 0.02]), [parameter.clone() for parameter in parameters]
    for seed in (3, 4, 5):
        ahead = step(ahead, tensors(seed))
    assert not torch.equal(ahead[0], parameters[0])
    for seed in (3, 4, 5):
        optimiser.step(tensors(seed))
    for found, expected in zip(ahead, parameters, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_adam_does_not_move_where_no_gradient_ever_came_and_has_finite_gradients_there() -> None:
    parameter, gradient = torch.ones(3), torch.tensor([0.0, 1.0, -2.0], requires_grad=True)
    (moved,) = adam_from(Adam([Group([parameter], 0.1)], (0.5, 0.9)), [0.1])([parameter], [gradient])
    torch.testing.assert_close(moved, torch.tensor([1.0, 0.9, 1.1]))
    assert torch.autograd.grad(moved.sum(), gradient)[0].isfinite().all()


def test_descent_goes_against_the_gradient_at_each_parameters_rate() -> None:
    parameters, gradients = tensors(0), tensors(1)
    for index, moved in enumerate(descent([0.5, 2.0])(parameters, gradients)):
        torch.testing.assert_close(moved, parameters[index] - (0.5, 2.0)[index] * gradients[index])


def test_a_quadratic_bowl_in_closed_form() -> None:
    """theta' = theta - eta (theta - x) gives theta_K = x + (1 - eta)^K (theta_0 - x), a function of x."""
    network = nn.Linear(1, 1, bias=False).double()
    x = torch.tensor([[0.4]], dtype=torch.float64, requires_grad=True)
    one = torch.ones(1, 1, dtype=torch.float64)
    ahead = unrolled(network, lambda at: 0.5 * (at(one) - x).square().sum(), descent([0.3]), 4)(one)
    start = network.weight.detach()
    torch.testing.assert_close(ahead.detach(), x.detach() + 0.7**4 * (start - x.detach()))
    torch.testing.assert_close(torch.autograd.grad(ahead.sum(), x)[0].item(), 1 - 0.7**4)
    assert torch.equal(network.weight, start)
