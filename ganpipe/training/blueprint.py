"""Builds the networks of a run, initialised as a function of its seed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ganpipe.randomness import Purpose, generator
from ganpipe.spec.run import RunSpec


@dataclass(frozen=True)
class RunBlueprint:
    """Makes the networks that the run's game asks for."""

    spec: RunSpec

    def generator(self) -> nn.Module:
        """[n, latent_dim] -> [n, *sample_shape]."""
        return self.spec.networks.generator.build(self.spec.networks.latent_dim, self.spec.dataset.sample_shape)

    def discriminator(self) -> nn.Module:
        """[group_size * n, *sample_shape] -> [n] logits."""
        return self.spec.method.judge.discriminator(self.spec.networks.discriminator, self.spec.dataset.sample_shape)


def build_networks(spec: RunSpec) -> nn.ModuleDict:
    """Every network of the run, on the host and in training mode; equal seeds give equal weights."""
    # PyTorch initialises from its global generator; it is seeded here and put back afterwards.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(generator(spec.seed, Purpose.INITIALISATION).integers(2**63)))
        return nn.ModuleDict(spec.method.game.networks(RunBlueprint(spec)))
