from __future__ import annotations

import torch

from ganpipe.layers import NoiseInjection


def test_each_map_has_its_own_scale_of_the_one_noise() -> None:
    layer, x, noise = NoiseInjection(3), torch.randn(2, 3, 4, 4), torch.randn(2, 1, 4, 4)
    assert torch.equal(layer(x, noise), x)
    with torch.no_grad():
        layer.scale.copy_(torch.tensor([0.0, 1.0, -2.0]).reshape(3, 1, 1))
    out = layer(x, noise)
    for channel, scale in enumerate((0.0, 1.0, -2.0)):
        torch.testing.assert_close(out[:, channel], x[:, channel] + scale * noise[:, 0])


def test_the_scale_learns_although_it_starts_at_zero() -> None:
    layer, noise = NoiseInjection(1), torch.randn(2, 1, 4, 4)
    (gradient,) = torch.autograd.grad(layer(torch.zeros(2, 1, 4, 4), noise).sum(), layer.scale)
    torch.testing.assert_close(gradient.reshape(()), noise.sum())
