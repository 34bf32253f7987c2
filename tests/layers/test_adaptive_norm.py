from __future__ import annotations

import torch

from ganpipe.layers import AdaptiveInstanceNorm


def test_styles_are_affine_in_the_code_and_replace_mean_and_spread() -> None:
    torch.manual_seed(0)
    layer = AdaptiveInstanceNorm(3, 5).double()
    with torch.no_grad():
        layer.style.bias.normal_()
    x, codes = 4.0 + 3.0 * torch.randn(2, 3, 6, 6).double(), torch.randn(2, 5).double()
    # Two rows of weights a map, scaled with gain 1.
    styles = codes @ layer.style.weight.T + layer.style.bias
    raw = layer.style.get_parameter("parametrizations.weight.original")
    torch.testing.assert_close(layer.style.weight, raw / 5**0.5)
    out = layer(x, codes)
    for sample in range(2):
        for channel in range(3):
            one = x[sample, channel]
            normalised = (one - one.mean()) / one.std(correction=0)
            expected = styles[sample, channel] * normalised + styles[sample, 3 + channel]
            torch.testing.assert_close(out[sample, channel], expected, rtol=1e-6, atol=1e-6)


def test_styles_start_around_one_and_zero() -> None:
    layer = AdaptiveInstanceNorm(3, 5)
    assert layer.style.bias.tolist() == [1.0, 1.0, 1.0, 0.0, 0.0, 0.0]
    x = torch.randn(4, 3, 8, 8)
    out = layer(x, torch.zeros(4, 5))
    torch.testing.assert_close(out.mean(dim=(2, 3)), torch.zeros(4, 3), atol=1e-5, rtol=0)
    torch.testing.assert_close(out.std(dim=(2, 3), correction=0), torch.ones(4, 3))


def test_maps_without_a_pattern_take_the_shift_alone() -> None:
    layer, codes = AdaptiveInstanceNorm(2, 5), torch.randn(3, 5)
    shift = layer.style(codes)[:, 2:]
    torch.testing.assert_close(layer(torch.ones(3, 2, 4, 4), codes), shift[..., None, None].expand(3, 2, 4, 4))
