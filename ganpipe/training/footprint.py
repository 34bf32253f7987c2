"""What a run takes on the disk, counted on its networks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganpipe.spec.run import RunSpec
from ganpipe.training.blueprint import RunBlueprint


@dataclass(frozen=True)
class Footprint:
    """Bytes of tensors; what a file says beside them is a few kilobytes.

    Attributes:
        snapshot: of a snapshot before the last one, which leaves out networks that only judge.
        last: of the last one.
        checkpoint: of the state from which a run goes on.
    """

    snapshot: int
    last: int
    checkpoint: int


def footprint(spec: RunSpec) -> Footprint:
    """Count without making anything: on the meta device tensors have shapes and no content."""
    with torch.device("meta"):
        networks = spec.method.networks(RunBlueprint(spec))
    sizes = {name: _bytes(network.state_dict().values()) for name, network in networks.items()}
    average = sizes["generator"] if spec.training.ema_decay is not None else 0
    everything = sum(sizes.values()) + average
    # Adam keeps two moments of each number that a player trains.
    moments = sum(
        2 * _bytes(networks[name].parameters()) for player in spec.method.players.values() for name in player.networks
    )
    judging = sum(sizes.get(name, 0) for name in spec.method.game.adversaries)
    return Footprint(everything - judging, everything, everything + moments)


def _bytes(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
