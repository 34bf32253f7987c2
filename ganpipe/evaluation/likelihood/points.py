"""Every test point of one snapshot, taken up where an earlier process left it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from ganpipe.data.dataset import Split
from ganpipe.data.prepare import open_prepared
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.likelihood.densities import output_density
from ganpipe.evaluation.likelihood.encoder import Schedule, fit, new_encoder
from ganpipe.evaluation.likelihood.importance import LogLikelihoodEstimate, importance_estimate
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.ledger import Ledger
from ganpipe.evaluation.likelihood.noise import normal, stream
from ganpipe.evaluation.likelihood.proposal import propose
from ganpipe.evaluation.protocols.protocol import Context
from ganpipe.evaluation.protocols.reference import Stream, are_fixed, shared_generator

if TYPE_CHECKING:
    from ganpipe.evaluation.protocols.log_likelihood import PredictiveLogLikelihood

log = logging.getLogger(__name__)

GROUP = 20
"""Test points whose modes are looked for at once, and which are written down together: what a kill costs at most."""


def estimates(protocol: PredictiveLogLikelihood, context: Context, step: int) -> list[LogLikelihoodEstimate]:
    """One estimate a test point.

    Raises:
        GanpipeError: the split has too few samples.
    """
    chosen, points = test_points(context, protocol.split, protocol.points)
    ledger = Ledger(context.scratch_path(f"points-{step:08d}.json"))
    for group, computed in _missing(protocol, context, step, chosen, points, ledger):
        ledger.add(dict(zip(group, computed, strict=True)))
        known = sum(index in ledger for index in chosen)
        log.info("run %s at step %d: %d of %d test points", context.run.run_id, step, known, len(chosen))
    return [ledger[index] for index in chosen]


def test_points(context: Context, split: Split, count: int) -> tuple[list[int], Tensor]:
    """Indices of ``count`` different samples of a split, the same for every run, and the samples.

    Where samples are drawn on the fly, so many draws; their indices count them.

    Raises:
        GanpipeError: there are not so many.
    """
    samples, rng = open_prepared(context.dataset, context.data_folder, split, context.device), _chooser()
    if not are_fixed(samples):
        return list(range(count)), samples.draw(rng, count)
    if len(samples) < count:
        raise GanpipeError(
            f"{context.data_folder}: the protocol needs {count} samples of the split {split}, which has {len(samples)}"
        )
    chosen = rng.permutation(len(samples))[:count]
    return chosen.tolist(), samples[torch.from_numpy(chosen)]


def _chooser() -> np.random.Generator:
    return shared_generator(Stream.TEST_POINTS)


def _missing(
    protocol: PredictiveLogLikelihood, context: Context, step: int, chosen: list[int], points: Tensor, ledger: Ledger
) -> Iterator[tuple[list[int], list[LogLikelihoodEstimate]]]:
    """Indices and estimates of the points that are not in the ledger, a group at a time."""
    groups = [chosen[start : start + GROUP] for start in range(0, len(chosen), GROUP)]
    missing = [number for number, group in enumerate(groups) if not all(index in ledger for index in group)]
    if not missing:
        return
    seed, device = context.run.spec.seed, context.device
    model = context.run.density(step, device)
    joint = Joint(model.mean, output_density(model.sigma, context.dataset.value_range), model.latent_dim)
    encoder = fit(
        joint,
        new_encoder(model.encoder, seed).to(device),
        open_prepared(context.dataset, context.data_folder, "train", device),
        Schedule(protocol.encoder_steps, protocol.encoder_batch_size, protocol.encoder_learning_rate),
        seed,
        context.scratch_path(f"encoder-{step:08d}"),
    )
    for number in missing:
        group, samples = groups[number], points[number * GROUP :][:GROUP]
        proposals = propose(
            joint,
            encoder,
            samples,
            steps=protocol.mode_steps,
            learning_rate=protocol.mode_learning_rate,
            overdispersion=protocol.overdispersion,
        )
        computed = []
        for index, sample, proposal in zip(group, samples, proposals, strict=True):
            noise = normal(stream(seed, Stream.IMPORTANCE, index), (protocol.samples, model.latent_dim), device)
            computed.append(importance_estimate(joint, sample, proposal, noise))
        yield group, computed
