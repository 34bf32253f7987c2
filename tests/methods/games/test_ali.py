from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganpipe.methods.encoders.deterministic import Deterministic
from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.encoders.gaussian import Gaussian
from ganpipe.methods.encoders.noise_fed import NoiseFed
from ganpipe.methods.games.ali import ALI
from ganpipe.methods.games.game import Turn
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.spec.method import Method

TurnOf = Callable[..., Turn]
ENCODERS = [Deterministic(), Gaussian(), NoiseFed()]


class Linear(nn.Module):
    """d(x, z) = w . (x, z)."""

    def __init__(self, *weights: float) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor(weights))

    def forward(self, pairs: Tensor) -> Tensor:
        return pairs @ self.weights


@pytest.mark.parametrize("encoder", ENCODERS)
def test_losses_are_the_papers(encoder: Encoder, turn_of: TurnOf) -> None:
    turn = turn_of(Method(game=ALI(encoder=encoder)))
    losses = turn.method.losses(turn)
    generator, discriminator, z = turn.networks["generator"], turn.networks["discriminator"], turn.noise["z"]
    encoded = discriminator(torch.cat([turn.real, encoder.encode(turn, turn.real)], dim=1))
    generated = discriminator(torch.cat([generator(z), z], dim=1))
    torch.testing.assert_close(losses["discriminator"](), softplus(-encoded).mean() + softplus(generated).mean())
    torch.testing.assert_close(losses["generator"](), softplus(encoded).mean() + softplus(-generated).mean())


def test_the_generator_moves_towards_real_and_the_encoder_towards_generated(turn_of: TurnOf) -> None:
    turn = turn_of(Method(game=ALI(encoder=Deterministic())))
    # A discriminator to whom whatever has a large first coordinate or a large first latent is real.
    networks = dict(turn.networks) | {"discriminator": Linear(1.0, 0.0, 1.0, 0.0, 0.0)}
    turn = replace(turn, networks=networks)
    loss = turn.method.losses(turn)["generator"]()
    # The last biases shift all samples, and all encodings.
    last = [
        [module for module in networks[name].modules() if isinstance(module, nn.Linear)][-1].bias
        for name in ("generator", "encoder")
    ]
    of_generator, of_encoder = torch.autograd.grad(loss, last)
    assert of_generator[0] < 0
    assert of_encoder[0] > 0
    assert not of_generator[1:].any()
    assert not of_encoder[1:].any()


@pytest.mark.parametrize("encoder", ENCODERS)
def test_each_player_has_gradients_for_its_own_networks(encoder: Encoder, turn_of: TurnOf) -> None:
    turn = turn_of(Method(game=ALI(encoder=encoder)))
    losses = turn.method.losses(turn)
    for name, player in turn.method.players.items():
        parameters = [p for network in player.networks for p in turn.networks[network].parameters()]
        assert all(gradient.any() for gradient in torch.autograd.grad(losses[name](), parameters, retain_graph=True))
    others = [*turn.networks["generator"].parameters(), *turn.networks["encoder"].parameters()]
    found = torch.autograd.grad(losses["discriminator"](), others, allow_unused=True)
    assert all(gradient is None for gradient in found)


def test_bigan_is_ali_without_noise(turn_of: TurnOf) -> None:
    bigan = turn_of(Method(game=ALI(encoder=Deterministic())))
    assert list(bigan.noise) == ["z"]
    assert sorted(turn_of(Method(game=ALI())).noise) == ["encoder", "z"]


def test_a_pack_holds_the_pairs_of_its_samples(turn_of: TurnOf) -> None:
    method = Method(game=ALI(encoder=Deterministic()), judge=Packed(size=2))
    turn = turn_of(method, "stacked_digits", batch_size=4)
    seen: list[Tensor] = []
    base = next(module for module in turn.networks["discriminator"].modules() if isinstance(module, nn.Conv2d))
    latent = next(module for module in turn.networks["discriminator"].modules() if isinstance(module, nn.Linear))
    for module in (base, latent):
        module.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    method.losses(turn)["discriminator"]()
    images, latents = seen[:2]
    encodings = turn.networks["encoder"](turn.real)
    for pack in range(4):
        torch.testing.assert_close(images[pack], torch.cat([turn.real[pack], turn.real[4 + pack]]))
        torch.testing.assert_close(latents[pack], torch.cat([encodings[pack], encodings[4 + pack]]))


@pytest.mark.parametrize("dataset", ["ring8_pacgan", "stacked_digits"])
def test_a_pack_of_one_is_ali_itself(dataset: str, turn_of: TurnOf) -> None:
    values = []
    for judge in (Single(), Packed(size=1)):
        turn = turn_of(Method(game=ALI(), judge=judge), dataset)
        values.append([loss() for loss in turn.method.losses(turn).values()])
    assert values[0] == values[1]


def test_one_player_trains_generator_and_encoder_and_sees_real_samples() -> None:
    player = ALI().players["generator"]
    assert player.networks == ("generator", "encoder")
    assert player.sees_real
