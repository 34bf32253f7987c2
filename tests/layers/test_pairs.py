from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganpipe.layers import PairNetwork
from tests.layers.oracle import plain_pairs


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [pytest.param(torch.float64, 1e-12, id="64"), pytest.param(torch.float32, 1e-5, id="32")]
)
@pytest.mark.parametrize("size", [2, 5])
def test_values_and_gradients_are_those_of_concatenated_pairs(size: int, dtype: torch.dtype, tolerance: float) -> None:
    torch.manual_seed(0)
    network = PairNetwork(size, in_features=6, width=12, out_features=4).to(dtype)
    features = torch.randn(size * 7, 6, dtype=dtype, requires_grad=True)
    outputs = [network(features), plain_pairs(network, features)]
    torch.testing.assert_close(*outputs, rtol=tolerance, atol=tolerance)
    weights = torch.randn_like(outputs[0])
    inputs: list[Tensor] = [features, *network.parameters()]
    ours, theirs = (torch.autograd.grad((output * weights).sum(), inputs) for output in outputs)
    torch.testing.assert_close(ours, theirs, rtol=tolerance, atol=10 * tolerance)
