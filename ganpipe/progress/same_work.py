"""What costs alike: the part of a run, or of an evaluation, that decides how long it takes."""

from __future__ import annotations

from typing import Any

from ganpipe.data.stand_ins import StandIns, standing_in
from ganpipe.evaluation.presets import PROTOCOLS
from ganpipe.spec.part import canonical, digest
from ganpipe.spec.run import RunSpec

LENGTH = ("steps", "snapshots")
"""Settings of the schedule that say how many steps there are, and not what one is."""
OPTIMISER = ("learning_rate", "learning_rates", "betas")
"""Adam does the same work with any of them, whether they are set for one player, one network or all."""


def step_work(spec: RunSpec) -> str:
    """An identity that runs share whose steps take equally long.

    The seed, the number of steps and the optimiser's settings are left out. Of the dataset its kind and shape remain:
    samples lie in memory, and networks see shapes only. Elsewhere whole numbers are sizes and counts, and remain;
    numbers with a fraction are magnitudes (weights of penalties, standard deviations, decay rates), of which only
    zero makes a difference, because it may switch a part off, as it does PresGAN's entropy.
    """
    training = spec.training.model_dump(mode="json", exclude=set(LENGTH + OPTIMISER))
    training["players"] = {name: player.updates for name, player in spec.training.players.items() if player.updates > 1}
    method = spec.method.model_dump(mode="json")
    return digest([_samples(spec), *_without_magnitudes([spec.networks.model_dump(mode="json"), method, training])])


def evaluation_work(spec: RunSpec, protocol: str, stand_ins: StandIns) -> str:
    """An identity that evaluations share which take equally long: protocol, samples, networks and number of snapshots.

    Args:
        protocol: its name.
        stand_ins: files that it reads in place of published ones.
    """
    meant = canonical(standing_in(PROTOCOLS[protocol], stand_ins))
    networks = _without_magnitudes(spec.networks.model_dump(mode="json"))
    return digest([protocol, meant, _samples(spec), networks, len(measured_snapshots(spec, protocol))])


def measured_snapshots(spec: RunSpec, protocol: str) -> list[int]:
    """The steps whose snapshots a protocol looks at."""
    return PROTOCOLS[protocol].measured_steps(spec.training.snapshot_steps)


def _samples(spec: RunSpec) -> list[Any]:
    return [spec.dataset.kind, *spec.dataset.sample_shape]


def _without_magnitudes(content: Any) -> Any:
    if isinstance(content, dict):
        return {key: _without_magnitudes(value) for key, value in content.items()}
    if isinstance(content, list):
        return [_without_magnitudes(value) for value in content]
    return bool(content) if isinstance(content, float) else content
