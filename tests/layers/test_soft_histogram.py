from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganpipe.layers import SoftHistogram
from tests.layers.oracle import plain_histogram

BINS = 8


def values(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    torch.manual_seed(0)
    return torch.tanh(torch.randn(*shape, dtype=dtype)).requires_grad_()


def in_steps(histogram: SoftHistogram, x: Tensor) -> Tensor:
    """The layer's own order of operations, each of them one of autograd's."""
    above = torch.sigmoid(histogram.slope * (x.unsqueeze(-1) - histogram.edges)).mean(dim=1)
    one, none = torch.ones_like(above[..., :1]), torch.zeros_like(above[..., :1])
    return -torch.diff(torch.cat([one, above, none], dim=-1), dim=-1).flatten(1)


def test_values_and_gradients_are_those_of_the_printed_formula() -> None:
    x, weights = values(3, 10, 4), torch.randn(3, 4 * BINS, dtype=torch.float64)
    outputs = [SoftHistogram(BINS).double()(x), plain_histogram(x, BINS)]
    torch.testing.assert_close(*outputs, rtol=1e-12, atol=1e-12)
    ours, theirs = (torch.autograd.grad((output * weights).sum(), x)[0] for output in outputs)
    torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("pairs", [2, 20])
def test_every_bit_is_that_of_the_same_steps_one_by_one(pairs: int) -> None:
    x, histogram = values(9, pairs, 33, dtype=torch.float32), SoftHistogram(16)
    weights = torch.randn(9, 33 * 16)
    found = []
    for output in (histogram(x), in_steps(histogram, x)):
        (gradient,) = torch.autograd.grad((output * weights).sum(), x, create_graph=True)
        (second,) = torch.autograd.grad(gradient.square().sum(), x)
        found.append((output, gradient, second))
    for ours, theirs in zip(*found, strict=True):
        assert torch.equal(ours, theirs)
        assert ours.abs().max() > 0


def test_gradients_of_gradients_are_those_of_finite_differences() -> None:
    histogram = SoftHistogram(BINS).double()
    assert torch.autograd.gradcheck(histogram, values(2, 3, 2))
    assert torch.autograd.gradgradcheck(histogram, values(2, 3, 2))


def test_what_is_stored_for_the_gradient_is_one_number_for_each_edge() -> None:
    x, sizes = values(3, 10, 4), []
    with torch.autograd.graph.saved_tensors_hooks(lambda kept: sizes.append(kept.numel()) or kept, lambda kept: kept):
        SoftHistogram(BINS).double()(x)
    assert sizes == [3 * 10 * 4 * (BINS - 1)]
