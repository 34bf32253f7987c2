from __future__ import annotations

import torch

from ganpipe.layers import Closeness
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.networks.mlp import MLPDiscriminator


def plain_loop(features: torch.Tensor, tensor: torch.Tensor) -> torch.Tensor:
    """o(x_i)_b of Salimans et al. 2016, section 3.2, as it is written."""
    n, kernels = len(features), tensor.shape[1]
    rows = []
    for i in range(n):
        sums = []
        for b in range(kernels):
            total = torch.zeros((), dtype=features.dtype)
            for j in range(n):
                if j != i:
                    difference = features[i] @ tensor[:, b] - features[j] @ tensor[:, b]
                    total = total + torch.exp(-difference.abs().sum())
            sums.append(total)
        rows.append(torch.stack(sums))
    return torch.cat([features, torch.stack(rows)], dim=1)


def layer_and_features() -> tuple[Closeness, torch.Tensor]:
    torch.manual_seed(0)
    layer = Closeness(in_features=6, kernels=4, kernel_dim=3).double()
    with torch.no_grad():
        layer.tensor.mul_(20.0)
    return layer, torch.randn(7, 6, dtype=torch.float64, requires_grad=True)


def test_closeness_is_that_of_a_plain_loop() -> None:
    layer, features = layer_and_features()
    torch.testing.assert_close(layer(features), plain_loop(features, layer.tensor), rtol=1e-12, atol=1e-12)


def test_gradients_are_those_of_a_plain_loop() -> None:
    layer, features = layer_and_features()
    weights = torch.randn(7, 10, dtype=torch.float64)
    gradients = [
        torch.autograd.grad((output * weights).sum(), (features, layer.tensor))
        for output in (layer(features), plain_loop(features, layer.tensor))
    ]
    for ours, theirs in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-10, atol=1e-12)


def test_equal_samples_are_at_distance_zero_and_have_finite_gradients() -> None:
    layer, features = layer_and_features()
    same = features[:1].detach().repeat(5, 1).requires_grad_()
    output = layer(same)
    torch.testing.assert_close(output[:, 6:], torch.full((5, 4), 4.0, dtype=torch.float64))
    output.sum().backward()
    assert same.grad is not None
    assert same.grad.isfinite().all()


def test_a_lone_sample_is_close_to_nothing() -> None:
    layer, features = layer_and_features()
    assert torch.equal(layer(features[:1])[:, 6:], torch.zeros(1, 4, dtype=torch.float64))


def test_the_order_of_a_batch_does_not_matter() -> None:
    layer, features = layer_and_features()
    order = torch.randperm(7)
    torch.testing.assert_close(layer(features)[order], layer(features[order]))


def test_the_logit_sees_features_and_closeness() -> None:
    judge = Minibatch(kernels=9, kernel_dim=2)
    features = judge.features(MLPDiscriminator(width=16), (2,))
    assert features.out_features == 16 + 9
    assert features(torch.randn(5, 2)).shape == (5, 25)
    assert judge.group_size == 1
    assert judge.discriminator(MLPDiscriminator(width=16), (2,))(torch.randn(5, 2)).shape == (5,)


def test_the_tensor_starts_small() -> None:
    tensor = Closeness(100, 100, 5).tensor
    assert abs(tensor.std().item() - 0.02) < 1e-3
    assert abs(tensor.mean().item()) < 1e-3
