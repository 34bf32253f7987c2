from __future__ import annotations

import torch

from ganpipe.layers import Blur


def test_a_point_becomes_the_binomial_filter_in_its_own_map() -> None:
    x = torch.zeros(2, 3, 5, 5)
    x[1, 2, 2, 2] = 16.0
    out = Blur()(x)
    filtered = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]])
    assert torch.equal(out[1, 2, 1:4, 1:4], filtered)
    assert out.sum() == 16.0


def test_flat_maps_stay_but_fade_at_the_edge() -> None:
    out = Blur()(torch.ones(1, 2, 4, 4))[0, 1]
    expected = torch.tensor([0.75, 1.0, 1.0, 0.75])
    torch.testing.assert_close(out, torch.outer(expected, expected))


def test_it_keeps_nothing_in_files() -> None:
    assert not Blur().state_dict()
