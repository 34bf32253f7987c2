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
DATASET = Ring(train_samples=100, test_samples=10)
NETWORKS = Networks(generator=MLPGenerator(width=4), discriminator=MLPDiscriminator(width=4), latent_dim=2)


@dataclass(frozen=True)
class Cost:
    """Samples that pass forward through a network in one step, each player moving once, over ``batch_size``.

    A sample costs alike however many of them a verdict is about: PacGAN2 costs twice a GAN of the same ``batch_size``.
    """

    generator: float
    discriminator: float


def cost(method: Method) -> Cost:
    """Count one step of a method on networks of a few units; batches of GAN cost 2 and 3."""
    spec = RunSpec(dataset=DATASET, networks=NETWORKS, method=method, training=Training(steps=2, batch_size=BATCH_SIZE))
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
