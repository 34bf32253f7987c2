"""Builds the networks of a run, initialised as a function of its seed."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from ganpipe.networks.joint import JointNetwork
from ganpipe.networks.network import BaseNetwork, Shape
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.run import RunSpec


@dataclass(frozen=True)
class RunBlueprint:
    """Makes the networks that the run's game asks for; see :class:`ganpipe.methods.games.game.Blueprint`."""

    spec: RunSpec

    @property
    def sample_shape(self) -> Shape:
        return self.spec.dataset.sample_shape

    @property
    def latent_dim(self) -> int:
        return self.spec.networks.latent_dim

    def generator(self) -> nn.Module:
        return self.spec.networks.generator.build(self.latent_dim, self.sample_shape)

    def discriminator(self) -> nn.Module:
        return self._judge_over(self.spec.networks.discriminator, self.sample_shape)

    def joint_discriminator(self) -> nn.Module:
        network = JointNetwork(self.spec.networks.discriminator, self.sample_shape, self.latent_dim)
        return self._judge_over(network, network.pair_shape)

    def encoder(self, out_features: int, extra_features: int = 0) -> nn.Module:
        network = self.spec.networks.encoder or self.spec.networks.discriminator
        features, *rest = self.sample_shape
        base = network.build((features + extra_features, *rest))
        return nn.Sequential(base, network.head(base.out_features, out_features))

    def _judge_over(self, network: BaseNetwork, sample_shape: Shape) -> nn.Module:
        judge = self.spec.method.judge
        discriminator = judge.discriminator(network, sample_shape)
        judge.start(discriminator, self.spec.training.batch_size)
        for regulariser in self.spec.method.regularisers.parts:
            discriminator = regulariser.discriminator(discriminator)
        return discriminator


def build_networks(spec: RunSpec) -> nn.ModuleDict:
    """Every network of the run, on the host and in training mode; equal seeds give equal weights."""
    # PyTorch initialises from its global generator; it is seeded here and put back afterwards.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(generator(spec.seed, Purpose.INITIALISATION).integers(2**63)))
        return nn.ModuleDict(spec.method.networks(RunBlueprint(spec)))
