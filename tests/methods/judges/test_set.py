from __future__ import annotations

from itertools import permutations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

from ganpipe.layers import PairNetwork, SoftHistogram
from ganpipe.methods.judges.set import Set
from ganpipe.networks.mlp import MLPDiscriminator
from ganpipe.networks.network import DiscriminatorNetwork
from ganpipe.networks.small_conv import SmallConvDiscriminator

BASES = [
    pytest.param(MLPDiscriminator(width=16), (2,), id="mlp"),
    pytest.param(SmallConvDiscriminator(), (3, 8, 8), id="conv"),
]


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize(("base", "shape"), BASES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_logit_does_not_depend_on_the_order_of_a_set(
    base: DiscriminatorNetwork, shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    n, k = 3, 4
    discriminator = Set(size=k, hidden=32).discriminator(base, shape).to(dtype)
    # Weights of the size that training reaches; at the start all logits are nearly 0 and nothing would be tested.
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.5)
    sets = torch.randn(k, n, *shape, dtype=dtype)
    logits = discriminator(sets.flatten(0, 1))
    assert logits.shape == (n,)
    assert logits.std() > 1e-2
    scale = logits.abs().max()
    for order in permutations(range(k)):
        permuted = discriminator(sets[list(order)].flatten(0, 1))
        assert (permuted - logits).abs().max() <= 1e-6 * scale
    exchanged = sets.clone()
    exchanged[0, 0], exchanged[0, 1] = sets[0, 1], sets[0, 0]
    assert (discriminator(exchanged.flatten(0, 1)) - logits).abs().max() > 1e-3, "members of different sets do matter"


def test_each_set_may_be_permuted_by_itself() -> None:
    n, k = 4, 5
    discriminator = Set(size=k).discriminator(MLPDiscriminator(), (2,)).double()
    sets = torch.randn(k, n, 2, dtype=torch.float64)
    permuted = torch.stack([sets[torch.randperm(k), i] for i in range(n)], dim=1)
    torch.testing.assert_close(
        discriminator(permuted.flatten(0, 1)), discriminator(sets.flatten(0, 1)), rtol=1e-10, atol=1e-12
    )


def test_the_pair_network_is_the_one_on_concatenated_pairs() -> None:
    n, k, width = 3, 4, 6
    network = PairNetwork(k, in_features=5, width=width, out_features=2).double()
    features = torch.randn(k * n, 5, dtype=torch.float64)
    naive = nn.Sequential(nn.Linear(10, width), *network.rest).double()
    with torch.no_grad():
        naive[0].weight.copy_(torch.cat([network.first.weight, network.second.weight], dim=1))
        naive[0].bias.copy_(network.first.bias)
    found = network(features)
    assert found.shape == (n, k * (k - 1), 2)
    for index in range(n):
        members = [features[member * n + index] for member in range(k)]
        expected = torch.stack(
            [naive(torch.cat([members[i], members[j]])) for i in range(k) for j in range(k) if i != j]
        )
        # Every ordered pair once; their order is nobody's business.
        distance = torch.cdist(found[index], expected)
        assert (distance.min(dim=0).values < 1e-12).all()
        assert (distance.min(dim=1).values < 1e-12).all()
        assert sorted(distance.argmin(dim=1).tolist()) == list(range(k * (k - 1)))


def test_pairs_are_ordered() -> None:
    network = PairNetwork(2, in_features=3, width=8, out_features=2)
    (first, second) = network(torch.randn(2, 3))[0]
    assert not torch.allclose(first, second)


def test_the_histogram_is_the_printed_formula() -> None:
    bins = 6
    values = torch.rand(3, 10, 4, dtype=torch.float64) * 2 - 1
    edges, slope = torch.linspace(-1, 1, bins + 1, dtype=torch.float64), 2.0 * bins
    expected = torch.empty(3, 4, bins, dtype=torch.float64)
    for b in range(bins):
        # The outermost bins are open: everything is above the lowest edge and nothing above the highest.
        above = torch.sigmoid(slope * (values - edges[b])) if b > 0 else torch.ones_like(values)
        beyond = torch.sigmoid(slope * (values - edges[b + 1])) if b < bins - 1 else torch.zeros_like(values)
        expected[:, :, b] = (above - beyond).mean(dim=1)
    torch.testing.assert_close(SoftHistogram(bins).double()(values), expected.flatten(1), rtol=1e-12, atol=1e-7)


@pytest.mark.parametrize("spread", [0.1, 1.0, 100.0])
def test_every_histogram_is_a_distribution(spread: float) -> None:
    histogram = SoftHistogram(16)(spread * torch.randn(5, 20, 7)).reshape(5, 7, 16)
    assert (histogram >= -1e-7).all()
    torch.testing.assert_close(histogram.sum(dim=-1), torch.ones(5, 7))


def test_a_value_falls_mostly_into_its_bin() -> None:
    bins = 8
    centres = -1 + (2 * torch.arange(bins) + 1) / bins
    histogram = SoftHistogram(bins)(centres.reshape(bins, 1, 1))
    assert histogram.argmax(dim=1).tolist() == list(range(bins))
    assert (histogram.max(dim=1).values > 0.75).all()


@pytest.mark.parametrize(("base", "shape"), BASES)
def test_every_sample_of_a_set_gets_a_gradient(base: DiscriminatorNetwork, shape: tuple[int, ...]) -> None:
    n, k = 2, 5
    discriminator = Set(size=k).discriminator(base, shape)
    samples = torch.randn(k * n, *shape, requires_grad=True)
    (gradient,) = torch.autograd.grad(discriminator(samples).sum(), samples)
    norms = gradient.flatten(1).norm(dim=1)
    assert (norms > 1e-3 * norms.max()).all()


def test_the_histogram_is_flat_nowhere() -> None:
    # The slope is soft enough that a value also moves some bin where it is midway between two edges.
    values = torch.linspace(-0.999, 0.999, 201, dtype=torch.float64).reshape(-1, 1, 1).requires_grad_()
    histogram = SoftHistogram(16).double()(values)
    moved = torch.stack([torch.autograd.grad(histogram[:, b].sum(), values, retain_graph=True)[0] for b in range(16)])
    assert (moved.abs().amax(dim=0) > 0.1).all()


def test_a_set_has_at_least_two_members() -> None:
    with pytest.raises(ValidationError):
        Set(size=1)


def test_sizes() -> None:
    judge = Set(size=3, sample_features=7, pair_width=11, pair_features=5, bins=4, hidden=13)
    assert judge.group_size == 3
    features = judge.features(MLPDiscriminator(width=16, depth=1), (2,))
    assert features.out_features == 13
    count = sum(parameter.numel() for parameter in features.parameters())
    sample = (2 * 16 + 16) + (16 * 7 + 7)
    pair = (14 * 11 + 11) + (11 * 11 + 11) + (11 * 5 + 5)
    assert count == sample + pair + (5 * 4 * 13 + 13)
