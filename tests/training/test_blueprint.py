from __future__ import annotations

from collections.abc import Callable

import torch

from ganpipe.spec.run import RunSpec
from ganpipe.training.blueprint import build_networks

Make = Callable[..., RunSpec]


def states(spec: RunSpec, network: str) -> list[torch.Tensor]:
    return list(build_networks(spec)[network].state_dict().values())


def test_equal_seeds_give_equal_weights_and_others_do_not(make: Make) -> None:
    first, again, other = (states(make("stacked_digits", seed=seed), "generator") for seed in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])


def test_methods_start_from_the_same_generator(make: Make) -> None:
    start = states(make(method="gan"), "generator")
    for method in ("pacgan3", "md", "setgan5"):
        assert all(torch.equal(a, b) for a, b in zip(start, states(make(method=method), "generator"), strict=True))


def test_the_global_generator_is_neither_used_nor_changed(make: Make) -> None:
    torch.manual_seed(1)
    first = states(make(), "generator")
    after = torch.rand(3)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(3), after)
    assert all(torch.equal(a, b) for a, b in zip(first, states(make(), "generator"), strict=True))


def test_networks_are_in_training_mode_on_the_host(make: Make) -> None:
    networks = build_networks(make("stacked_digits", "pacgan2"))
    assert sorted(networks) == ["discriminator", "generator"]
    assert all(module.training for module in networks.modules())
    assert networks["generator"](torch.zeros(4, 64)).shape == (4, 3, 8, 8)
    assert networks["discriminator"](torch.zeros(4, 3, 8, 8)).shape == (2,)
