"""Noise that a generator takes beside its latents: who draws it, who sees it, and who never does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.networks.style import StyleDiscriminator, StyleGenerator
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import build_networks

SHAPE = (3, 32, 32)
LATENT = 3
STYLE = Networks(
    generator=StyleGenerator(width=4, code_dim=4, mapping_depth=2),
    discriminator=StyleDiscriminator(width=4),
    latent_dim=LATENT,
)
NOISE = 2_720 + LATENT + 1


def a_turn(method: Method, samples: int = 4) -> Turn:
    training = Training(steps=1, batch_size=samples)
    spec = RunSpec(dataset=DATASETS["cifar10"], networks=STYLE, method=method, training=training)
    assert spec.refuses() is None
    networks = dict(build_networks(spec).items())
    with torch.no_grad():
        # As after some training: noise acts, and on more than a flat constant.
        for name, parameter in networks["generator"].named_parameters():
            if name.endswith("noise.scale") or name == "constant":
                parameter.normal_(generator=torch.Generator().manual_seed(len(name)))
    count = samples * method.judge.group_size
    noise = method.noise(Dice(np.random.default_rng(0), STYLE, SHAPE), count)
    real = torch.randn(count, *SHAPE, generator=torch.Generator().manual_seed(0))
    return Turn(method, networks, real, noise, {})


def test_it_is_drawn_last_and_only_for_a_generator_that_takes_it() -> None:
    method = METHODS["presgan"]
    noise = method.noise(Dice(np.random.default_rng(0), STYLE, SHAPE), 4)
    plain = STYLE.model_copy(update={"generator": NETWORKS["mlp"].generator})
    without = method.noise(Dice(np.random.default_rng(0), plain, SHAPE), 4)
    assert "generator" not in without
    assert all(torch.equal(noise[name], drawn) for name, drawn in without.items())
    assert noise["generator"].shape == (4, NOISE)
    assert noise["generator"].std().item() == pytest.approx(1.0, abs=0.05)
    assert noise["z"].shape == (4, LATENT)


def test_samples_are_made_of_latents_with_their_noise() -> None:
    turn = a_turn(METHODS["gan"])
    z, noise = turn.noise["z"], turn.noise["generator"]
    expected = turn.networks["generator"](torch.cat([z, noise], dim=1))
    assert torch.equal(turn.generated(z), expected)
    assert not torch.allclose(turn.networks["generator"](z), expected, atol=0.1)


def test_packs_keep_latents_and_noise_together() -> None:
    turn = a_turn(Method(judge=Packed(size=2)))
    z = turn.noise["z"]
    expected = turn.networks["generator"](torch.cat([z, turn.noise["generator"]], dim=1))
    torch.testing.assert_close(turn.generated(z), expected)


@pytest.mark.parametrize("method", ["bigan", "veegan", "invertgan_none", "vae"])
def test_encoders_and_joint_discriminators_know_latents_only(method: str) -> None:
    turn = a_turn(METHODS[method])
    for loss in METHODS[method].losses(turn).values():
        assert loss().isfinite()
    with torch.no_grad():
        encoded = turn.networks["encoder"](turn.real)
    assert encoded.shape[1] == (2 * LATENT if method == "vae" else LATENT)


def test_the_chains_of_presgan_move_the_latent_and_nothing_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    method = Method(regularisers=Regularisers(entropy=Entropy(initial_step_size=0.05)))
    turn = a_turn(method)
    z, noise, seen = turn.noise["z"], turn.noise["generator"], []
    fake = turn.generated(z)
    synthesis = type(turn.networks["generator"])
    forward = synthesis.forward

    def noted(self: torch.nn.Module, rows: Tensor) -> Tensor:
        seen.append(rows.detach().clone())
        return forward(self, rows)

    monkeypatch.setattr(synthesis, "forward", noted)
    turn.generator_penalty(z, fake)
    assert len(seen) > 20
    assert all(torch.equal(rows[:, LATENT:], noise) for rows in seen)
    assert sum(not torch.equal(rows[:, :LATENT], z) for rows in seen) > 15
    assert turn.noise["entropy_momenta"].shape == (4, 4, LATENT)


def test_where_the_chains_start_they_see_the_image_itself() -> None:
    """Two styles and all: with no step taken the posterior mean is the generator's mean, and g is eps / sigma."""
    turn = a_turn(Method(regularisers=Regularisers(entropy=Entropy(weight=1.0, initial_step_size=1e-30))))
    turn.networks["entropy_step_size"].get_buffer("value").fill_(0.0)
    fake = turn.generated(turn.noise["z"])
    added = turn.generator_penalty(turn.noise["z"], fake)
    (found,) = torch.autograd.grad(added, fake)
    expected = -turn.noise["entropy_fake"] / 0.25 / len(fake)
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_normal_noise_needs_normal_latents() -> None:
    training = Training(steps=1, batch_size=4)
    uniform = STYLE.model_copy(update={"latent_distribution": "uniform"})
    run = RunSpec(dataset=DATASETS["cifar10"], networks=uniform, method=Method(game=GAN()), training=training)
    assert run.refuses() == (
        "networks.generator: style takes normal noise beside its latents, which must be like it; "
        "set networks.latent_distribution: normal"
    )
