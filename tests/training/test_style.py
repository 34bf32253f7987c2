"""StyleGAN from the loop to a snapshot: what is drawn in training, and what in evaluation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.methods.regularisers.r1 import R1
from ganpipe.networks.style import StyleDiscriminator, StyleGenerator
from ganpipe.presets import DATASETS, METHODS
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.snapshot import Sampler, load_sampler, write_snapshot
from ganpipe.training.trainer import Trainer
from tests.training.test_every_method import Noise, saved

CPU = torch.device("cpu")
LATENT, NOISE = 3, 2_720
FFHQ = Regularisers(entropy=Entropy(weight=0.001, sigma_high=0.2, sigma_init=0.1), r1=R1())
RUNS = {
    "r1": Method(regularisers=Regularisers(r1=R1())),
    "presgan": Method(regularisers=FFHQ),
    "wgan_gp": METHODS["wgan_gp"],
}


def run(method: Method) -> RunSpec:
    networks = Networks(
        generator=StyleGenerator(width=4, code_dim=4), discriminator=StyleDiscriminator(width=4), latent_dim=LATENT
    )
    training = Training(steps=4, batch_size=6, learning_rate=1e-2, betas=(0.0, 0.99), ema_decay=0.9)
    spec = RunSpec(dataset=DATASETS["cifar10"], networks=networks, method=method, training=training)
    assert spec.refuses() is None
    return spec


@pytest.mark.parametrize("method", RUNS)
def test_every_weight_learns_and_a_resumed_run_ends_alike_to_the_last_bit(method: str) -> None:
    spec = run(RUNS[method])
    first = Trainer(spec, Noise(spec), CPU)
    start = {name: tensor.clone() for name, tensor in first.networks.named_parameters()}
    first.advance()
    second = Trainer(spec, Noise(spec), CPU)
    second.load_state_dict(saved(first.state_dict()))
    for trainer in (second, first):
        trainer.advance()
    ended, again = first.state_dict(), second.state_dict()
    for name, tensor in ended["networks"].items():
        assert torch.equal(tensor, again["networks"][name])
    for name, tensor in ended["average"].items():
        assert torch.equal(tensor, again["average"][name])
    still = {name for name, tensor in first.networks.named_parameters() if torch.equal(tensor, start[name])}
    # With a Wasserstein critic a constant added to all logits changes no loss.
    assert still <= ({"discriminator.1.bias"} if method == "wgan_gp" else set())
    assert first.broken() is None


def test_the_generator_sees_two_codes_in_training_and_one_in_evaluation(tmp_path: Path) -> None:
    spec = run(RUNS["r1"])
    trainer = Trainer(spec, Noise(spec), CPU)
    columns: list[int] = []
    trainer.networks["generator"].register_forward_pre_hook(lambda _module, inputs: columns.append(inputs[0].shape[1]))
    trainer.advance()
    assert columns == [LATENT + NOISE + LATENT + 1] * 2
    networks = trainer.evaluated_networks(everything=True)
    sampler = load_sampler(write_snapshot(tmp_path, spec, 1, networks), CPU)
    found = sampler.sample(np.random.default_rng(0), 5)
    rng = np.random.default_rng(0)
    drawn = (spec.networks.latents(rng, 5), torch.from_numpy(rng.standard_normal((5, NOISE), dtype=np.float32)))
    with torch.no_grad():
        assert torch.equal(found, networks["generator_average"](torch.cat(drawn, dim=1)))
    # However large a pass is, every sample has the same numbers.
    small = Sampler(sampler.generator, sampler.prior, CPU, chunk=2, noise_dim=NOISE)
    torch.testing.assert_close(small.sample(np.random.default_rng(0), 5), found)
    batch = sampler.sample(np.random.default_rng(0), 5, batch_statistics=True)
    assert torch.equal(batch, found)


def test_large_images_are_made_few_at_a_time(tmp_path: Path) -> None:
    large = StyleGenerator(width=4, code_dim=2, mapping_depth=1)
    spec = run(METHODS["gan"])
    spec = spec.model_copy(
        update={
            "dataset": DATASETS["ffhq"],
            "networks": spec.networks.model_copy(update={"generator": large}),
        }
    )
    generator = large.build(LATENT, DATASETS["ffhq"].sample_shape)
    assert load_sampler(write_snapshot(tmp_path, spec, 1, {"generator": generator}), CPU).chunk == 125
