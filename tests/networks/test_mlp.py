from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from ganpipe.layers import Maxout
from ganpipe.networks.mlp import MaxoutDiscriminator, MLPDiscriminator, MLPGenerator

Count = Callable[[nn.Module], int]


def test_the_maxout_discriminator_of_pacgan_has_405201_parameters(count: Count) -> None:
    network = MaxoutDiscriminator()
    features = network.build((2,))
    assert count(features) + count(network.head(features.out_features, 1)) == 405_201


def test_packing_widens_only_its_first_layer(count: Count) -> None:
    assert count(MaxoutDiscriminator().build((8,))) - count(MaxoutDiscriminator().build((2,))) == 6 * 200 * 5


def test_maxout_is_the_largest_of_its_pieces() -> None:
    layer = Maxout(3, 4, 5).double()
    x = torch.randn(7, 3, dtype=torch.float64)
    weight, bias = layer.affine.weight.detach(), layer.affine.bias.detach()
    expected = torch.empty(7, 4, dtype=torch.float64)
    for n in range(7):
        for unit in range(4):
            expected[n, unit] = max(weight[row] @ x[n] + bias[row] for row in range(5 * unit, 5 * unit + 5))
    torch.testing.assert_close(layer(x).detach(), expected)


def test_the_generator_of_pacgan_has_four_layers_of_400_with_batch_norm_and_no_bias_but_the_last(count: Count) -> None:
    network = MLPGenerator(width=400, depth=4, batch_norm=True, normal_init=True).build(2, (2,))
    assert count(network) == 2 * 400 + 3 * 400 * 400 + 4 * 2 * 400 + 400 * 2 + 2
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm1d)]
    # Moving averages keep 0.95 of themselves at every step.
    assert [norm.momentum for norm in norms] == [0.05] * 4
    linears = [module for module in network.modules() if isinstance(module, nn.Linear)]
    assert [linear.bias is None for linear in linears] == [True] * 4 + [False]
    assert linears[1].weight.std().item() == pytest.approx(0.02, rel=0.02)


def test_without_options_a_generator_is_two_hidden_layers_in_pytorchs_initialisation(count: Count) -> None:
    network = MLPGenerator().build(2, (2,))
    assert count(network) == (2 + 1) * 128 + (128 + 1) * 128 + (128 + 1) * 2
    hidden = [module for module in network.modules() if isinstance(module, nn.Linear)][1]
    assert hidden.weight.abs().max().item() == pytest.approx(128**-0.5, rel=0.01)


@pytest.mark.parametrize(
    ("activation", "expected"), [("relu", nn.ReLU), ("leaky_relu", nn.LeakyReLU), ("tanh", nn.Tanh)]
)
def test_depth_width_and_activation(activation: str, expected: type[nn.Module]) -> None:
    settings = {"width": 6, "depth": 3, "activation": activation}
    for network in (MLPGenerator(**settings).build(4, (2,)), MLPDiscriminator(**settings).build((2,))):
        assert sum(isinstance(module, expected) for module in network.modules()) == 3
        widths = [module.out_features for module in network.modules() if isinstance(module, nn.Linear)]
        assert widths[:3] == [6, 6, 6]


def test_images_are_flattened(count: Count) -> None:
    assert count(MLPDiscriminator(width=5, depth=1).build((3, 8, 8))) == 3 * 64 * 5 + 5


def test_a_given_bias_of_the_output_leaves_all_other_weights_alone() -> None:
    for normal_init in (False, True):
        torch.manual_seed(0)
        usual = MLPGenerator(normal_init=normal_init).build(2, (2,))
        torch.manual_seed(0)
        given = MLPGenerator(normal_init=normal_init, output_bias=(4.0, -2.0)).build(2, (2,))
        *same, (_, bias) = given.named_parameters()
        assert bias.tolist() == [4.0, -2.0]
        for name, parameter in same:
            assert torch.equal(parameter, usual.get_parameter(name))


def test_a_bias_has_a_number_for_each_of_a_samples() -> None:
    assert MLPGenerator(output_bias=(1.0, 2.0)).refuses((2,)) is None
    assert MLPGenerator().refuses((3,)) is None
    assert MLPGenerator(output_bias=()).refuses((2,)) == "has an output_bias of 0 numbers, and samples have 2"
    assert MLPGenerator(output_bias=(1.0, 2.0)).refuses((1, 2, 2)) is not None
