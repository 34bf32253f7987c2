"""What holds for every named method on every kind of data; a new method is tested here without a line."""

from __future__ import annotations

import io
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganpipe.networks.dcgan_unrolled import UnrolledDiscriminator, UnrolledGenerator
from ganpipe.networks.miyato import MiyatoDiscriminator, MiyatoGenerator
from ganpipe.networks.mlp import MLPDiscriminator, MLPGenerator
from ganpipe.networks.small_conv import SmallConvDiscriminator, SmallConvGenerator
from ganpipe.networks.style import StyleDiscriminator, StyleGenerator
from ganpipe.presets import DATASETS, METHODS
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer
from tests.fitting import fitted

CPU = torch.device("cpu")
KINDS: dict[str, Networks] = {
    "ring8_pacgan": Networks(generator=MLPGenerator(width=8), discriminator=MLPDiscriminator(width=8), latent_dim=2),
    "digits": Networks(
        generator=SmallConvGenerator(width=4), discriminator=SmallConvDiscriminator(width=2), latent_dim=4
    ),
    "mnist": Networks(generator=UnrolledGenerator(), discriminator=UnrolledDiscriminator(), latent_dim=4),
    "cifar10": Networks(generator=MiyatoGenerator(width=2), discriminator=MiyatoDiscriminator(width=2), latent_dim=4),
    "cifar100": Networks(
        generator=StyleGenerator(width=4, code_dim=4), discriminator=StyleDiscriminator(width=4), latent_dim=4
    ),
    "celeba": Networks(generator=DCGANGenerator(width=2), discriminator=DCGANDiscriminator(width=2), latent_dim=4),
}
"""Datasets of each shape and small networks for them; StyleGAN has one to itself, as it takes noise beside latents."""
EVERYTHING = [
    # Every method on points and every kind of networks is tried always, both with each other in `make soak`.
    pytest.param(*pair, marks=() if "gan" in pair or "ring8_pacgan" in pair else pytest.mark.soak)
    for pair in product(METHODS, KINDS)
]


class Noise:
    """Stands for any dataset: training only ever draws batches."""

    labels = None

    def __init__(self, spec: RunSpec) -> None:
        self.shape = spec.dataset.sample_shape

    def __len__(self) -> int:
        return 1000

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        return torch.from_numpy(rng.standard_normal((count, *self.shape), dtype=np.float32)).clamp(-1, 1)

    def __getitem__(self, indices: Tensor | slice) -> Tensor:
        raise AssertionError("nothing but batches is needed to train")


def run(method: str, dataset: str) -> RunSpec:
    training = Training(steps=4, batch_size=6, learning_rate=1e-3, ema_decay=0.9)
    spec = RunSpec(dataset=DATASETS[dataset], networks=KINDS[dataset], method=METHODS[method], training=training)
    return fitted(spec)


def saved(state: dict[str, Any]) -> dict[str, Any]:
    """A state as it comes back from a file."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    restored: dict[str, Any] = torch.load(buffer, weights_only=True)
    return restored


@pytest.mark.parametrize("dataset", KINDS)
@pytest.mark.parametrize("method", METHODS)
def test_trains_and_goes_on_from_a_checkpoint_to_the_last_bit(method: str, dataset: str) -> None:
    spec = run(method, dataset)
    first = Trainer(spec, Noise(spec), CPU)
    start = {name: tensor.clone() for name, tensor in first.networks.state_dict().items()}
    first.advance()
    state = saved(first.state_dict())
    second = Trainer(spec, Noise(spec), CPU)
    second.load_state_dict(state)
    # The second goes on alone, as after a restart: nothing of the first reaches it.
    for trainer in (second, first):
        trainer.advance()
    ended, again = first.networks.state_dict(), second.networks.state_dict()
    assert all(torch.equal(ended[name], again[name]) for name in ended)
    assert first.mean_losses() == second.mean_losses()
    assert first.broken() is None
    trained = {name for player in spec.method.players.values() for name in player.networks}
    for network in trained:
        parameters = [f"{network}.{name}" for name, _ in first.networks[network].named_parameters()]
        assert any(not torch.equal(start[name], ended[name]) for name in parameters) or not parameters
