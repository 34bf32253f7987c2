from __future__ import annotations

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.products import Like, Products, ceiling


def test_a_step_of_a_network_has_the_flops_that_pytorch_counts() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 5, 3), nn.BatchNorm2d(5), nn.Flatten(), nn.Linear(5 * 36, 7))
    images = torch.randn(4, 3, 8, 8)
    with FlopCounterMode(display=False) as counter:
        network(images).sum().backward()
    with Products() as products:
        torch.autograd.grad(network(images).sum(), list(network.parameters()))
    assert products.flops == counter.get_total_flops() > 0


def test_equal_products_are_one_form_with_a_count() -> None:
    one, other = torch.randn(4, 3), torch.randn(3, 5)
    with Products() as products:
        for _ in range(3):
            one @ other
        one.contiguous() @ other.T.contiguous().T
    assert sorted(product.count for product in products.found.values()) == [1, 3]
    assert products.flops == 4 * 2 * 4 * 3 * 5


def test_a_form_is_kept_with_its_strides() -> None:
    for tensor in (torch.randn(4, 3).T, torch.randn(3, 1).expand(3, 5), torch.randn(2, 6)[:, ::2]):
        copy = Like(tuple(tensor.shape), tensor.stride(), tensor.dtype).filled()
        assert copy.shape == tensor.shape
        assert copy.stride() == tensor.stride()


def test_the_ceiling_leaves_out_what_is_no_product() -> None:
    one = torch.randn(64, 64)

    def work() -> None:
        for _ in range(2000):
            one.sin()
        one @ one

    found = ceiling(work)
    assert found.flops == 2 * 64**3
    assert 0 < found.seconds < 0.005
