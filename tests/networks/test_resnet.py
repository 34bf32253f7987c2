from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, leaky_relu

from ganpipe.layers import ResidualBlock
from ganpipe.networks.resnet import ResnetDiscriminator, ResnetGenerator

Count = Callable[[nn.Module], int]


def shapes(network: nn.Module) -> list[tuple[int, ...]]:
    """Shapes of the weights in the order in which they act, shortcuts after their branch."""
    return [tuple(p.shape) for name, p in network.named_parameters() if name.endswith("weight")]


def block(inner: int, outer: int) -> list[tuple[int, ...]]:
    narrow = min(inner, outer)
    shortcut = [] if inner == outer else [(outer, inner, 1, 1)]
    return [(narrow, inner, 3, 3), (outer, narrow, 3, 3), *shortcut]


def test_the_inverse_is_table_3() -> None:
    network = ResnetDiscriminator()
    features = network.build((3, 32, 32))
    expected = [(64, 3, 3, 3), *block(64, 64), *block(64, 128), *block(128, 256), *block(256, 512)]
    assert shapes(features) == expected
    assert network.head(features.out_features, 20).weight.shape == (20, 512 * 4 * 4)


def test_the_generator_is_table_4() -> None:
    expected = [(8192, 20), *block(512, 256), *block(256, 128), *block(128, 64), *block(64, 64), (3, 64, 3, 3)]
    assert shapes(ResnetGenerator().build(20, (3, 32, 32))) == expected


def test_parameters(count: Count) -> None:
    # Weights and biases of the tables, shortcuts without bias, summed by hand.
    def of_block(inner: int, outer: int) -> int:
        narrow = min(inner, outer)
        return 9 * inner * narrow + narrow + 9 * narrow * outer + outer + (inner * outer if inner != outer else 0)

    blocks = of_block(512, 256) + of_block(256, 128) + of_block(128, 64) + of_block(64, 64)
    assert count(ResnetGenerator().build(20, (3, 32, 32))) == 20 * 8192 + 8192 + blocks + 64 * 27 + 3


@pytest.mark.parametrize(("side", "heights"), [(32, [32, 16, 8, 4]), (48, [48, 24, 12, 6]), (64, [64, 32, 16, 8, 4])])
def test_feature_maps_halve_down_to_the_smallest(side: int, heights: list[int]) -> None:
    found: list[int] = []
    networks = ResnetDiscriminator(width=2).build((1, side, side)), ResnetGenerator(width=2).build(3, (1, side, side))
    for network in networks:
        for module in network.modules():
            if isinstance(module, ResidualBlock):
                module.register_forward_hook(lambda _module, _inputs, output: found.append(output.shape[-1]))
    networks[0](torch.randn(2, 1, side, side))
    # The first block works at the image's own size.
    assert found == heights
    found.clear()
    assert networks[1](torch.randn(2, 3)).shape == (2, 1, side, side)
    assert found == heights[::-1]


def test_channels_stop_at_eight_times_the_width() -> None:
    assert ResnetDiscriminator(width=2).build((3, 64, 64)).out_features == 16 * 4 * 4
    assert ResnetDiscriminator(width=2).build((3, 48, 48)).out_features == 16 * 6 * 6


@pytest.mark.parametrize(("inner", "outer"), [(3, 5), (5, 3), (4, 4)])
def test_a_residual_block_adds_a_tenth_of_its_branch(inner: int, outer: int) -> None:
    layer, x = ResidualBlock(inner, outer), torch.randn(2, inner, 6, 6)

    def convolved(convolution: nn.Conv2d, at: Tensor) -> Tensor:
        return conv2d(leaky_relu(at, 0.2), convolution.weight, convolution.bias, padding=1)

    shortcut = x if inner == outer else conv2d(x, layer.shortcut.weight)
    torch.testing.assert_close(layer(x), shortcut + 0.1 * convolved(layer.second, convolved(layer.first, x)))


def test_the_last_features_are_activated_before_the_head() -> None:
    features = ResnetDiscriminator(width=2).build((3, 32, 32))
    maps = nn.Sequential(*list(features)[:-2])(torch.ones(1, 3, 32, 32))
    torch.testing.assert_close(features(torch.ones(1, 3, 32, 32)), leaky_relu(maps, 0.2).flatten(1))


def test_pooling_averages_three_by_three() -> None:
    pools = [module for module in ResnetDiscriminator(width=1).build((1, 32, 32)) if isinstance(module, nn.AvgPool2d)]
    assert [(pool.kernel_size, pool.stride, pool.padding) for pool in pools] == [(3, 2, 1)] * 3


def test_other_sizes_are_refused() -> None:
    for network in (ResnetGenerator(), ResnetDiscriminator()):
        assert network.refuses((3, 28, 28)) == (
            "is made for images of 32x32 or 48x48 or 64x64 pixels, not for samples of shape [3, 28, 28]"
        )
