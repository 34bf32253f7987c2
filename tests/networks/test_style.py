from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import nn

from ganpipe.layers import Blur, MinibatchStd, Styled, StyleSynthesis
from ganpipe.networks.network import DiscriminatorNetwork, GeneratorNetwork
from ganpipe.networks.style import StyleDiscriminator, StyleGenerator, channels, sides

Count = Callable[[nn.Module], int]


def test_sizes_and_channels_are_the_paper_s() -> None:
    assert sides(128) == [4, 8, 16, 32, 64, 128]
    assert sides(32) == [4, 8, 16, 32]
    assert [channels(512, side) for side in sides(128)] == [512, 512, 512, 512, 256, 128]
    assert [channels(4, side) for side in sides(128)] == [4, 4, 4, 4, 2, 1]


def of_layer(inner: int | None, outer: int, code: int) -> int:
    """Convolution without bias, scale of noise, bias, and two affine functions of the code."""
    convolution = 0 if inner is None else 9 * inner * outer
    return convolution + 2 * outer + 2 * outer * (code + 1)


def of_generator(width: int, code: int, latent: int, widths: list[int], mapping: int) -> int:
    total = (latent + 1) * code + (mapping - 1) * (code + 1) * code
    total += 16 * width + of_layer(None, width, code) + of_layer(width, width, code)
    for inner, outer in zip([width, *widths], widths, strict=False):
        total += of_layer(inner, outer, code) + of_layer(outer, outer, code)
    return total + 3 * widths[-1] + 3


def test_parameters_of_the_generator(count: Count) -> None:
    # The mapping network alone has 8 * (512 * 512 + 512).
    assert of_generator(512, 512, 512, [512, 512, 512, 256, 128], 8) == 25_836_931
    assert count(StyleGenerator().build(512, (3, 128, 128))) == 25_836_931
    small = StyleGenerator(width=8, code_dim=6, mapping_depth=2)
    assert count(small.build(5, (3, 64, 64))) == of_generator(8, 6, 5, [8, 8, 8, 4], 2)


def test_parameters_of_the_discriminator(count: Count) -> None:
    network = StyleDiscriminator()
    features = network.build((3, 128, 128))
    widths = [128, 256, 512, 512, 512, 512]
    expected = 3 * 128 + 128
    for inner, outer in pairwise(widths):
        expected += 9 * inner * inner + inner + 9 * inner * outer + outer
    expected += 9 * 513 * 512 + 512 + 16 * 512 * 512 + 512
    assert count(features) == expected
    assert count(network.head(512, 1)) == 513
    assert expected + 513 == 22_932_097


def test_every_size_has_two_layers_and_its_own_noise() -> None:
    part = StyleGenerator(width=4, code_dim=3)
    for size, expected in ((32, 2_720), (64, 10_912), (128, 43_680)):
        network = part.build(2, (3, size, size))
        assert isinstance(network, StyleSynthesis)
        assert network.sides == [side for side in sides(size) for _ in range(2)]
        assert part.noise_dim(2, (3, size, size), training=False) == expected
        assert part.noise_dim(2, (3, size, size), training=True) == expected + 2 + 1
        assert network(torch.randn(2, 2 + expected + 3)).shape == (2, 3, size, size)


def test_how_the_generator_starts() -> None:
    network = StyleGenerator(width=4, code_dim=3).build(2, (3, 32, 32))
    assert isinstance(network, StyleSynthesis)
    assert torch.equal(network.constant, torch.ones(4, 4, 4))
    assert all(not layer.noise.scale.any() and not layer.bias.any() for layer in network.layers)  # type: ignore[union-attr, operator]
    z, noise = torch.randn(2, 2), torch.randn(2, 2_720)
    # Noise is scaled by zero at first, and yet its scales learn.
    image = network(torch.cat([z, noise], dim=1))
    assert torch.equal(image, network(z))
    gradients = torch.autograd.grad(image.square().sum(), [layer.noise.scale for layer in network.layers])  # type: ignore[union-attr]
    assert all(gradient.any() for gradient in gradients)


def test_only_the_mapping_learns_a_hundred_times_slower() -> None:
    network = StyleGenerator(width=16, code_dim=64).build(64, (3, 32, 32))
    parameters = dict(network.named_parameters())
    deviations = {name: weight.std().item() for name, weight in parameters.items() if name.endswith("weight.original")}
    for name, deviation in deviations.items():
        assert deviation == pytest.approx(100.0 if name.startswith("mapping.") else 1.0, rel=0.25), name
    assert sum(name.startswith("mapping.") for name in deviations) == 8


def test_maps_double_before_a_convolution_and_blur_after_it() -> None:
    network = StyleGenerator(width=4, code_dim=3).build(2, (3, 64, 64))
    bodies = [layer.body for layer in network.modules() if isinstance(layer, Styled)]
    kinds = [[type(part) for part in body.children()] for body in bodies if isinstance(body, nn.Sequential)]
    assert [[kind.__name__.removeprefix("Parametrized") for kind in body] for body in kinds] == 4 * [
        ["Upsample", "Conv2d", "Blur"]
    ]
    assert len(bodies) == 10


def test_the_discriminator_blurs_before_it_halves_and_compares_the_batch_at_the_smallest() -> None:
    features = StyleDiscriminator(width=4).build((3, 64, 64))
    heights: dict[type[nn.Module], list[int]] = {Blur: [], nn.AvgPool2d: [], MinibatchStd: []}
    for module in features:
        if type(module) in heights:
            module.register_forward_hook(lambda layer, _inputs, out: heights[type(layer)].append(out.shape[-1]))
    features(torch.randn(2, 3, 64, 64))
    assert heights == {Blur: [64, 32, 16, 8], nn.AvgPool2d: [32, 16, 8, 4], MinibatchStd: [4]}


def test_a_verdict_knows_the_spread_of_its_batch() -> None:
    torch.manual_seed(0)
    features = StyleDiscriminator(width=4).build((3, 32, 32))
    one, other = torch.randn(1, 3, 32, 32), torch.randn(1, 3, 32, 32)
    alone, among = features(torch.cat([one, one]))[0], features(torch.cat([one, other]))[0]
    assert not torch.allclose(alone, among)
    blind = StyleDiscriminator(width=4, minibatch_std=False).build((3, 32, 32))
    torch.testing.assert_close(blind(torch.cat([one, other]))[:1], blind(one))


def test_activations_keep_their_size_through_the_discriminator() -> None:
    torch.manual_seed(0)
    network = StyleDiscriminator(width=64)
    features = network.build((3, 64, 64))(torch.randn(16, 3, 64, 64))
    assert 0.05 < features.square().mean().sqrt() < 5.0


@pytest.mark.parametrize("network", [StyleGenerator(), StyleDiscriminator()])
def test_odd_shapes_are_refused(network: GeneratorNetwork | DiscriminatorNetwork) -> None:
    for shape in ((2,), (3, 28, 28), (3, 48, 48), (3, 64, 32), (3, 16, 16), (3, 256, 256)):
        assert network.refuses(shape) == (
            f"is made for images of 32x32 or 64x64 or 128x128 pixels, not for samples of shape {list(shape)}"
        )
    for size in (32, 64, 128):
        assert network.refuses((1, size, size)) is None
