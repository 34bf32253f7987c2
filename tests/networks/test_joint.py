from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.networks.joint import JointNetwork, joined
from ganpipe.networks.network import DiscriminatorNetwork
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training

LATENT_DIM, VERDICTS = 5, 3
JUDGES: dict[str, Judge] = {
    "single": Single(),
    "packed": Packed(size=2),
    "set": Set(size=3),
    "equivariant": Equivariant(),
    "minibatch": Minibatch(),
}
BASES = {
    "small_conv": (3, 8, 8),
    "dcgan_pacgan": (3, 28, 28),
    "dcgan_unrolled_quarter": (3, 28, 28),
    "dcgan64": (3, 64, 64),
    "miyato": (3, 32, 32),
    "resnet": (3, 32, 32),
    "mlp": (2,),
}


def interaction(judge: Judge, network: DiscriminatorNetwork, shape: tuple[int, ...]) -> float:
    """How far d(x, z) - d(x, z') - d(x', z) + d(x', z') is from 0, relative to d; 0 where d is a(x) + b(z)."""
    torch.manual_seed(0)
    joint = JointNetwork(network, shape, LATENT_DIM)
    # Running statistics: of a batch's own, x and z would meet in batch norm.
    discriminator = judge.discriminator(joint, joint.pair_shape).double().eval()
    count = judge.group_size * VERDICTS
    x, other_x = torch.randn(2, count, *shape, dtype=torch.float64)
    z, other_z = torch.randn(2, count, LATENT_DIM, dtype=torch.float64)

    def verdicts(samples: Tensor, latents: Tensor) -> Tensor:
        return discriminator(joined(samples, latents))

    with torch.no_grad():
        mixed = verdicts(x, z) - verdicts(x, other_z) - verdicts(other_x, z) + verdicts(other_x, other_z)
        return float((mixed.abs() / (verdicts(x, z) - verdicts(other_x, other_z)).abs()).min())


@pytest.mark.parametrize("judge", JUDGES)
def test_a_verdict_on_an_image_and_its_latent_is_not_one_on_each(judge: str) -> None:
    assert interaction(JUDGES[judge], NETWORKS["small_conv"].discriminator, BASES["small_conv"]) > 1e-6


@pytest.mark.parametrize("base", BASES)
def test_pairs_are_seen_over_every_network(base: str) -> None:
    assert interaction(Single(), NETWORKS[base].discriminator, BASES[base]) > 1e-6


def test_runs_on_images_are_named_after_how_their_pairs_are_judged() -> None:
    def content(dataset: str, networks: str, method: str) -> dict[str, object]:
        training = Training(steps=1, batch_size=1)
        spec = RunSpec(
            dataset=DATASETS[dataset], networks=NETWORKS[networks], method=METHODS[method], training=training
        )
        return spec.content

    assert content("digits", "small_conv", "veegan")["joint_images"] == 2
    assert "joint_images" not in content("ring8_pacgan", "mlp", "veegan")
    assert "joint_images" not in content("digits", "small_conv", "invertgan")
