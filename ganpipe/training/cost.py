"""What a step of a method costs, counted rather than declared: samples that pass its networks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ganpipe.data.mixtures import Ring
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer

BATCH_SIZE = 8
ONE_EACH = Training(steps=2, batch_size=BATCH_SIZE)
DATASET = Ring(train_samples=100, test_samples=10)
NETWORKS = Networks(generator=MLPGenerator(width=4), discriminator=MLPDiscriminator(width=4), latent_dim=2)


@dataclass(frozen=True)
class Cost:
    """Samples that pass forward through each network; of one step, over ``batch_size``.

    A sample costs alike however many of them a logit is about: PacGAN2 costs twice a GAN of the same ``batch_size``.
    """

    generator: float
    discriminator: float


def cost(method: Method, training: Training = ONE_EACH) -> Cost:
    """Count one step of a method on networks of a few units; batches of GAN cost 2 and 3.

    Args:
        training: says how often each player moves, and whether they do so at once.
    """
    schedule = training.model_copy(update={"steps": ONE_EACH.steps, "batch_size": BATCH_SIZE, "snapshots": 1})
    spec = RunSpec(dataset=DATASET, networks=NETWORKS, method=method, training=schedule)
    device = torch.device("cpu")
    trainer = Trainer(spec, DATASET.open(DATASET.prepare(None), "train", device), device)
    rows = {"generator": 0, "discriminator": 0}

    def counting(name: str) -> Any:
        def count(_network: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
            rows[name] += len(inputs[0])

        return count

    for name in rows:
        if name in trainer.networks:
            trainer.networks[name].register_forward_pre_hook(counting(name))
    trainer.advance()
    return Cost(**{name: count / BATCH_SIZE for name, count in rows.items()})


def samples_passed(spec: RunSpec) -> Cost:
    """Samples that pass through the networks in a whole run."""
    step, count = cost(spec.method, spec.training), spec.training.steps * spec.training.batch_size
    return Cost(step.generator * count, step.discriminator * count)
