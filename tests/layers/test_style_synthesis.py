"""What noise, codes and the columns of a row do, on StyleGAN's generator at 32x32."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu

from ganpipe.layers import Styled, StyleSynthesis, equalise
from ganpipe.networks.style import StyleGenerator

LATENT, CODE, WIDTH, LAYERS = 5, 6, 4, 8
NOISE = 2 * (4**2 + 8**2 + 16**2 + 32**2)


def synthesis(style_mixing: float = 0.9) -> StyleSynthesis:
    """A generator whose noise acts and whose constant has a pattern, as after some training."""
    torch.manual_seed(0)
    network = StyleGenerator(width=WIDTH, code_dim=CODE, style_mixing=style_mixing).build(LATENT, (3, 32, 32))
    assert isinstance(network, StyleSynthesis)
    with torch.no_grad():
        network.constant.normal_()
        for layer in styled(network):
            layer.noise.scale.normal_()
            layer.bias.normal_()
    return network.double()


def styled(network: StyleSynthesis) -> list[Styled]:
    return [layer for layer in network.layers if isinstance(layer, Styled)]


def codes_of(network: StyleSynthesis, rows: Tensor) -> list[Tensor]:
    """The codes with which each layer was called."""
    found: list[Tensor] = []

    def note(_module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        found.append(inputs[2])

    hooks = [layer.register_forward_pre_hook(note) for layer in styled(network)]
    network(rows)
    for hook in hooks:
        hook.remove()
    return found


def rows(count: int = 3, columns: int = LATENT + NOISE + LATENT + 1) -> Tensor:
    return torch.randn(count, columns, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def crossing(at: float, count: int = 3) -> Tensor:
    """Rows whose crossover is the standard normal number below which a share ``at`` lies."""
    made = rows(count)
    made[:, -1] = torch.special.ndtri(torch.tensor(at, dtype=torch.float64))
    return made


def test_a_layer_is_body_noise_bias_activation_and_norm_in_this_order() -> None:
    torch.manual_seed(0)
    layer = Styled(equalise(nn.Conv2d(3, 4, 3, padding=1, bias=False)), 4, CODE)
    with torch.no_grad():
        layer.noise.scale.normal_()
        layer.bias.normal_()
    x, noise, codes = torch.randn(2, 3, 8, 8), torch.randn(2, 1, 8, 8), torch.randn(2, CODE)
    before = layer.body(x) + layer.noise.scale * noise + layer.bias
    torch.testing.assert_close(layer(x, noise, codes), layer.norm(leaky_relu(before, 0.2), codes))


def test_the_parts_of_a_row_reach_the_layers_in_order() -> None:
    network, row = synthesis(), rows(columns=LATENT + NOISE)
    x, start = network.constant.expand(3, WIDTH, 4, 4), LATENT
    codes = network.mapping(row[:, :LATENT])
    for layer, side in zip(styled(network), (4, 4, 8, 8, 16, 16, 32, 32), strict=True):
        x = layer(x, row[:, start : start + side**2].reshape(3, 1, side, side), codes)
        start += side**2
    assert start == row.shape[1]
    assert torch.equal(network(row), network.image(x))


def test_latents_alone_have_no_noise_and_one_style() -> None:
    network, row = synthesis(), rows(columns=LATENT)
    assert torch.equal(network(row), network(torch.cat([row, torch.zeros(3, NOISE).double()], dim=1)))
    assert not torch.equal(network(row), network(rows(columns=LATENT + NOISE)))


def test_the_mapping_sees_latents_of_unit_mean_square() -> None:
    network = synthesis()
    z = rows(columns=LATENT)
    # Nothing but the direction counts, and the first layer sees numbers of mean square one.
    torch.testing.assert_close(network.mapping(3.0 * z), network.mapping(z))
    first = network.mapping[0](z)  # type: ignore[index]
    torch.testing.assert_close(first.square().mean(dim=1), torch.ones(3).double())


def test_the_same_row_gives_the_same_image_in_any_company_and_mode() -> None:
    network, row = synthesis(), rows()
    image = network.train()(row)
    assert torch.equal(network.eval()(row), image)
    torch.testing.assert_close(network(row[1:2]), image[1:2], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("mixing", [0.9, 0.4])
def test_layers_from_the_crossover_on_have_the_second_code(mixing: float) -> None:
    network = synthesis(mixing)
    first = network.mapping(rows()[:, :LATENT])
    second = network.mapping(rows()[:, LATENT + NOISE : -1])
    assert not torch.isclose(first, second).any()
    for start in range(1, LAYERS):
        # The middle of the share of u that means this layer.
        codes = codes_of(network, crossing(mixing * (start - 0.5) / (LAYERS - 1)))
        expected = [first] * start + [second] * (LAYERS - start)
        assert all(torch.equal(code, wanted) for code, wanted in zip(codes, expected, strict=True))
    codes = codes_of(network, crossing(mixing + 0.5 * (1.0 - mixing)))
    assert all(torch.equal(code, first) for code in codes)


def test_a_share_of_samples_is_mixed_at_layers_of_equal_chance() -> None:
    network = synthesis(0.8)
    many = torch.randn(7_000, LATENT + 1, generator=torch.Generator().manual_seed(2)).double()
    latents = torch.zeros(7_000, LATENT).double()
    latents[:, 0] = 1.0
    codes = network._codes(latents, many)
    other = [(code != network.mapping(latents)).any(dim=1).double().mean().item() for code in codes]
    # Layer l has the second code if the crossover is one of layers 1 to l.
    torch.testing.assert_close(torch.tensor(other), torch.arange(8) * 0.8 / 7.0, atol=0.02, rtol=0)


def test_without_mixing_no_column_asks_for_it() -> None:
    part = StyleGenerator(width=WIDTH, code_dim=CODE, style_mixing=0.0)
    assert part.noise_dim(LATENT, (3, 32, 32), training=True) == NOISE
    always = synthesis(1.0)
    first = always.mapping(rows()[:, :LATENT])
    for share in (1e-6, 0.5, 1.0 - 1e-6):
        codes = codes_of(always, crossing(share))
        assert torch.equal(codes[0], first)
        assert not torch.equal(codes[-1], first)
