from __future__ import annotations

import math

import torch

from ganpipe.layers import MinibatchStd


def test_the_last_map_is_the_mean_spread_over_the_batch() -> None:
    torch.manual_seed(0)
    x = torch.randn(5, 3, 4, 4).double()
    places = [x[:, c, i, j] for c in range(3) for i in range(4) for j in range(4)]
    spread = sum(math.sqrt(((place - place.mean()) ** 2).mean()) for place in places) / len(places)
    out = MinibatchStd()(x)
    assert torch.equal(out[:, :3], x)
    torch.testing.assert_close(out[:, 3:], torch.full((5, 1, 4, 4), spread).double(), rtol=1e-6, atol=0)


def test_equal_samples_have_no_spread_and_a_finite_gradient() -> None:
    x = torch.ones(3, 2, 4, 4, requires_grad=True)
    out = MinibatchStd()(x)
    assert out[:, 2].max() <= 1.01e-4
    (gradient,) = torch.autograd.grad(out[:, 2].sum(), x)
    assert gradient.isfinite().all()
