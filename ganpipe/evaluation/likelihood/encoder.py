"""The encoder that an evaluation fits to a generator which no longer changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ganpipe.data.dataset import Samples
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.noise import normal, stream
from ganpipe.evaluation.protocols.reference import Stream
from ganpipe.methods.divergence import kl_to_standard_normal
from ganpipe.training.adam import Adam, Group
from ganpipe.training.checkpoint import load_checkpoint, save_checkpoint

BETAS = (0.9, 0.999)
CHECKPOINT_EVERY = 60.0
"""Seconds between two checkpoints: what a kill costs at most."""


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to fit."""

    steps: int
    batch_size: int
    learning_rate: float


def new_encoder(build: Callable[[], nn.Module], seed: int) -> nn.Module:
    """An encoder as ``build`` initialises it from torch's global generator; equal seeds give equal weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(stream(seed, Stream.ENCODER).integers(2**63)))
        return build()


def encode(encoder: nn.Module, samples: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and log-variance of q(z | x) for samples [n, *sample_shape]: [n, latent_dim] each."""
    mean, log_variance = encoder(samples).chunk(2, dim=1)
    return mean, log_variance


def elbo(joint: Joint, encoder: nn.Module, samples: Tensor, noise: Tensor) -> Tensor:
    """E_q log p(x | z) - KL(q(z | x) || N(0, I)) with one draw z = m + sqrt(v) eps of each sample: float64 [n].

    Args:
        samples: [n, *sample_shape].
        noise: eps, [n, latent_dim].
    """
    mean, log_variance = encode(encoder, samples)
    latents = mean + (0.5 * log_variance).exp() * noise
    divergence = kl_to_standard_normal(mean, log_variance)
    return joint.log_likelihood(samples, latents) - divergence


def fit(
    joint: Joint, encoder: nn.Module, samples: Samples, schedule: Schedule, seed: int, keep: Path | None
) -> nn.Module:
    """Fit ``encoder`` by the ELBO on ``samples``, and return it in evaluation mode; PresGAN, eq. 20.

    Args:
        samples: training data. What is drawn in a step depends on the seed and the step only.
        keep: folder of checkpoints, from which an interrupted fit goes on to the same end; None to keep nothing.
    """
    parameters: list[Tensor] = list(encoder.parameters())
    adam = Adam([Group(parameters, schedule.learning_rate)], BETAS)
    done = 0
    if keep is not None and (state := load_checkpoint(keep)):
        encoder.load_state_dict(state["encoder"])
        adam.load_state_dict(state["adam"])
        done = state["step"]

    def save(step: int) -> None:
        if keep is not None and step > done:
            save_checkpoint(keep, {"step": step, "encoder": encoder.state_dict(), "adam": adam.state_dict()})
            # Who started the evaluation tells from the folder of all its work whether it got on.
            os.utime(keep.parent)

    encoder.train()
    saved_at = time.monotonic()
    for step in range(done, schedule.steps):
        rng = stream(seed, Stream.ENCODER, step + 1)
        real = samples.draw(rng, schedule.batch_size)
        noise = normal(rng, (schedule.batch_size, joint.latent_dim), real.device)
        adam.step(torch.autograd.grad(-elbo(joint, encoder, real, noise).mean(), parameters))
        if time.monotonic() - saved_at >= CHECKPOINT_EVERY:
            save(step + 1)
            saved_at = time.monotonic()
    save(schedule.steps)
    return encoder.eval()
