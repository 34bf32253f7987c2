from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from ganpipe.layers import closeness
from ganpipe.layers.closeness import Closeness, pairwise_l1
from tests.layers.oracle import plain_closeness


def points() -> Tensor:
    torch.manual_seed(0)
    return torch.randn(4, 6, 3, dtype=torch.float64, requires_grad=True)


def broadcast(x: Tensor) -> Tensor:
    return (x.unsqueeze(-2) - x.unsqueeze(-3)).abs().sum(dim=-1)


def test_distances_are_those_of_broadcasting() -> None:
    torch.testing.assert_close(pairwise_l1(points()), broadcast(points()))


@pytest.mark.parametrize("create_graph", [False, True])
def test_both_forms_of_the_gradient_are_that_of_broadcasting(create_graph: bool) -> None:
    x, weights = points(), torch.randn(4, 6, 6, dtype=torch.float64)
    (found,) = torch.autograd.grad((pairwise_l1(x) * weights).sum(), x, create_graph=create_graph)
    (expected,) = torch.autograd.grad((broadcast(x) * weights).sum(), x)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_equal_rows_have_gradient_zero_in_both_forms() -> None:
    x = torch.ones(1, 4, 3, requires_grad=True)
    for create_graph in (False, True):
        (gradient,) = torch.autograd.grad(pairwise_l1(x).square().sum(), x, create_graph=create_graph)
        assert torch.equal(gradient, torch.zeros_like(gradient))


def test_gradients_of_gradients_are_those_of_finite_differences() -> None:
    torch.manual_seed(0)
    layer = Closeness(in_features=4, kernels=3, kernel_dim=2).double()
    with torch.no_grad():
        layer.tensor.mul_(30.0)
    features = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
    tensor = layer.tensor

    def with_tensor(x: Tensor, values: Tensor) -> Tensor:
        output: Tensor = torch.func.functional_call(layer, {"tensor": values}, (x,))
        return output

    assert torch.autograd.gradcheck(with_tensor, (features, tensor))
    assert torch.autograd.gradgradcheck(with_tensor, (features, tensor))


@pytest.mark.parametrize("create_graph", [False, True])
def test_the_slow_form_is_used_only_where_it_must(create_graph: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    signs: list[Any] = []
    monkeypatch.setattr(closeness.torch, "sign", lambda x: signs.append(x) or x)
    x = points()
    torch.autograd.grad(pairwise_l1(x).sum(), x, create_graph=create_graph)
    assert bool(signs) == create_graph


def in_steps(layer: Closeness, features: Tensor) -> Tensor:
    """The layer's own order of operations, each of them one of autograd's."""
    m = torch.einsum("na,abc->bnc", features, layer.tensor)
    return torch.cat([features, (torch.exp(-pairwise_l1(m)).sum(dim=2) - 1.0).T], dim=1)


def spread(samples: int, dtype: torch.dtype) -> tuple[Closeness, Tensor, Tensor]:
    """A layer whose kernels are neither all 0 nor all 1, features, and weights of what comes out."""
    torch.manual_seed(0)
    layer = Closeness(in_features=8, kernels=10, kernel_dim=5).to(dtype)
    with torch.no_grad():
        layer.tensor.mul_(10.0)
    return layer, torch.randn(samples, 8, dtype=dtype, requires_grad=True), torch.randn(samples, 18, dtype=dtype)


@pytest.mark.parametrize("samples", [1, 33])
def test_every_bit_is_that_of_the_same_steps_one_by_one(samples: int) -> None:
    layer, features, weights = spread(samples, torch.float32)
    found = [
        (output, *torch.autograd.grad((output * weights).sum(), (features, layer.tensor)))
        for output in (layer(features), in_steps(layer, features))
    ]
    for ours, theirs in zip(*found, strict=True):
        assert torch.equal(ours, theirs)


def test_a_penalty_on_its_gradient_is_that_of_the_same_steps_to_the_bit() -> None:
    layer, features, weights = spread(33, torch.float32)
    found = []
    for output in (layer(features), in_steps(layer, features)):
        (gradient,) = torch.autograd.grad((output * weights).sum(), features, create_graph=True)
        penalty = (gradient.norm(dim=1) - 1.0).square().mean()
        found.append(torch.autograd.grad(penalty, (features, layer.tensor)))
    for ours, theirs in zip(*found, strict=True):
        assert torch.equal(ours, theirs)
        assert ours.abs().max() > 0


def test_values_and_gradients_are_those_of_the_printed_formula() -> None:
    layer, features, weights = spread(33, torch.float64)
    found = [
        (output, *torch.autograd.grad((output * weights).sum(), (features, layer.tensor)))
        for output in (layer(features), plain_closeness(layer, features))
    ]
    for ours, theirs in zip(*found, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)
