from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.encoders.deterministic import Deterministic
from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.encoders.gaussian import Gaussian
from ganpipe.methods.encoders.noise_fed import NoiseFed
from ganpipe.methods.games.ali import ALI
from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.veegan import VEEGAN
from ganpipe.presets import DATASETS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import RunBlueprint

KINDS = [kind for kind in Encoder.kinds.values() if kind.__module__.startswith("ganpipe.")]


def run(encoder: Encoder, dataset: str = "ring8_pacgan", networks: str = "mlp") -> RunSpec:
    method, training = Method(game=ALI(encoder=encoder)), Training(steps=1, batch_size=4)
    return RunSpec(dataset=DATASETS[dataset], networks=NETWORKS[networks], method=method, training=training)


def a_turn(network: nn.Module, noise: dict[str, Tensor]) -> Turn:
    return Turn(Method(), {"encoder": network}, torch.empty(0), noise, {})


def dice(dim: int = 2, shape: tuple[int, ...] = (2,)) -> Dice:
    return Dice(np.random.default_rng(0), NETWORKS["mlp"].model_copy(update={"latent_dim": dim}), shape)


@pytest.mark.parametrize("kind", KINDS)
def test_an_encoder_makes_one_latent_of_each_sample(kind: type[Encoder]) -> None:
    encoder, blueprint = kind(), RunBlueprint(run(kind()))
    network = encoder.network(blueprint)
    samples = torch.randn(5, 2)
    latents = encoder.encode(a_turn(network, encoder.noise(dice(), 5)), samples)
    assert latents.shape == (5, 2)
    found = torch.autograd.grad(latents.square().sum(), list(network.parameters()))
    assert all(gradient.any() for gradient in found)


@pytest.mark.parametrize("kind", [Deterministic, Gaussian])
def test_images_are_encoded_by_the_architecture_of_the_discriminator_where_no_other_is_named(
    kind: type[Encoder],
) -> None:
    spec = run(kind(), "stacked_digits", "small_conv")
    assert spec.refuses() is None
    network = kind().network(RunBlueprint(spec))
    noise = kind().noise(dice(64, (3, 8, 8)), 5)
    assert kind().encode(a_turn(network, noise), torch.randn(5, 3, 8, 8)).shape == (5, 64)


def test_the_deterministic_encoder_is_its_network_and_draws_nothing() -> None:
    network, samples = nn.Linear(3, 2), torch.randn(4, 3)
    assert torch.equal(Deterministic().encode(a_turn(network, {}), samples), network(samples))
    assert Deterministic().noise(dice(), 4) == {}


def test_the_gaussian_encoder_has_the_mean_and_deviation_that_its_network_says() -> None:
    class Fixed(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.tensor([1.0, -2.0, 0.0, 1.0]).expand(len(x), 4)

    count = 40_000
    encoder = Gaussian()
    latents = encoder.encode(a_turn(Fixed(), encoder.noise(dice(), count)), torch.zeros(count, 2))
    torch.testing.assert_close(latents.mean(dim=0), torch.tensor([1.0, -2.0]), atol=0.05, rtol=0)
    torch.testing.assert_close(latents.std(dim=0), torch.tensor([1.0, torch.e]), atol=0.03, rtol=0)


def test_the_noise_fed_encoder_sees_as_much_noise_as_data_beside_each_point() -> None:
    encoder = NoiseFed()
    samples, noise = torch.randn(4, 2), encoder.noise(dice(), 4)
    assert noise["encoder"].shape == (4, 2)
    seen = encoder.encode(a_turn(nn.Identity(), noise), samples)
    assert torch.equal(seen, torch.cat([samples, noise["encoder"]], dim=1))


def test_the_encoder_of_pacgans_baseline_has_two_layers_of_400() -> None:
    network = NoiseFed().network(RunBlueprint(run(NoiseFed(), networks="ali_2d")))
    parameters = sum(parameter.numel() for parameter in network.parameters())
    assert parameters == 4 * 400 + 400 * 400 + 2 * 2 * 400 + 400 * 2 + 2
    assert [module.momentum for module in network.modules() if isinstance(module, nn.BatchNorm1d)] == [0.05, 0.05]


def test_noise_beside_images_is_refused() -> None:
    for game in (ALI(encoder=NoiseFed()), VEEGAN(encoder=NoiseFed())):
        spec = run(NoiseFed(), "digits", "small_conv").model_copy(update={"method": Method(game=game)})
        assert spec.refuses() == (
            f"method: {game.kind} with a noise_fed encoder encodes points, not images; "
            "choose a gaussian or a deterministic encoder"
        )


@pytest.mark.parametrize("kind", KINDS)
def test_names_its_source_and_can_be_chosen_by_its_kind(kind: type[Encoder]) -> None:
    assert kind.source
    chosen = Method.parse({"game": {"kind": "veegan", "encoder": {"kind": kind.model_fields["kind"].default}}})
    assert chosen.game == VEEGAN(encoder=kind())
