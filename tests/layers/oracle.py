"""Layers as their formulas are printed: what the tests compare with, and what the benchmarks measure against."""

from __future__ import annotations

from math import inf

import torch
from torch import Tensor
from torch.nn import functional

from ganpipe.layers import Closeness, PairNetwork


def plain_pairs(network: PairNetwork, features: Tensor) -> Tensor:
    """The pair network on concatenated pairs, in its order: [k * n, F] member-major -> [n, k (k - 1), C]."""
    size = network.set_size
    members = features.chunk(size)
    pairs = [
        torch.cat([members[i], members[(i + shift) % size]], dim=1) for shift in range(1, size) for i in range(size)
    ]
    weight = torch.cat([network.first.weight, network.second.weight], dim=1)
    outputs: Tensor = network.rest(functional.linear(torch.stack(pairs), weight, network.first.bias))
    return outputs.transpose(0, 1)


def plain_histogram(values: Tensor, bins: int) -> Tensor:
    """SetGAN, section 2.2, two logistic functions a bin, the outermost bins open: [n, P, C] -> [n, C * bins]."""
    edges = torch.linspace(-1.0, 1.0, bins + 1, dtype=values.dtype)
    lower, upper = edges[:-1].clone(), edges[1:].clone()
    lower[0], upper[-1] = -inf, inf
    slope, value = 2.0 * bins, values.unsqueeze(-1)
    shares = torch.sigmoid(slope * (value - lower)) - torch.sigmoid(slope * (value - upper))
    return shares.mean(dim=1).flatten(1)


def plain_closeness(layer: Closeness, features: Tensor) -> Tensor:
    """Salimans et al. 2016, section 3.2, by broadcasting over all pairs: [n, A] -> [n, A + B]."""
    m = torch.einsum("na,abc->nbc", features, layer.tensor)
    distances = (m.unsqueeze(0) - m.unsqueeze(1)).abs().sum(dim=3)
    others = 1.0 - torch.eye(len(m), dtype=m.dtype)
    return torch.cat([features, (torch.exp(-distances) * others.unsqueeze(2)).sum(dim=1)], dim=1)
