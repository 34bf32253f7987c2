from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganpipe.presets import METHODS
from ganpipe.spec.run import RunSpec
from ganpipe.training.footprint import footprint
from ganpipe.training.snapshot import snapshot_path, write_snapshot
from ganpipe.training.trainer import Trainer
from tests.training.conftest import CPU

Make = Callable[..., RunSpec]
ABOVE = 0.06
"""What a file may take beside its tensors, as a share of them."""


def tensors(content: object) -> int:
    """Bytes of all tensors within plain data."""
    if isinstance(content, dict):
        return sum(tensors(each) for each in content.values())
    if isinstance(content, list):
        return sum(tensors(each) for each in content)
    return content.numel() * content.element_size() if hasattr(content, "numel") else 0


@pytest.mark.parametrize(
    ("method", "ema_decay"), [*((method, None) for method in METHODS), ("gan", 0.9), ("presgan_ring", 0.9)]
)
def test_every_method_is_counted_as_it_is_kept(method: str, ema_decay: float | None, make: Make, samples) -> None:
    spec = make(method=method, ema_decay=ema_decay)
    trainer = Trainer(spec, samples(spec), CPU)
    counted = footprint(spec)
    for everything, size in ((False, counted.snapshot), (True, counted.last)):
        networks = trainer.evaluated_networks(everything=everything)
        assert size == sum(tensors(dict(network.state_dict())) for network in networks.values())
    # Beside them there are a loss of each player, and how often Adam has moved each parameter.
    single = len(trainer.players) + sum(len(optimiser.parameters) for optimiser in trainer.optimisers.values())
    assert tensors(trainer.state_dict()) == counted.checkpoint + 4 * single


def test_files_are_little_larger(make: Make, samples, tmp_path: Path) -> None:
    spec = make()
    trainer = Trainer(spec, samples(spec), CPU)
    write_snapshot(tmp_path, spec, 1, trainer.evaluated_networks(everything=True))
    size, counted = snapshot_path(tmp_path, 1).stat().st_size, footprint(spec).last
    assert counted < size < (1 + ABOVE) * counted
