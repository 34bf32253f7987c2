from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganpipe.methods.games.game import Turn
from ganpipe.methods.games.invertgan import InvertGAN, mean_distance
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.single import Single
from ganpipe.methods.normality.latent_discriminator import LatentDiscriminator
from ganpipe.methods.normality.normality import Normality
from ganpipe.methods.normality.p_norm import PNorm
from ganpipe.methods.normality.w2 import W2
from ganpipe.presets import METHODS
from ganpipe.spec.method import Method

TurnOf = Callable[..., Turn]
SYSTEMS = [name for name in METHODS if name.startswith("invertgan")]


def distance(first: Tensor, second: Tensor) -> Tensor:
    """The mean over a batch of the Euclidean distance, written out."""
    return torch.stack([(a - b).square().sum().sqrt() for a, b in zip(first, second, strict=True)]).mean()


@pytest.mark.parametrize("normality", [None, PNorm(), W2(), LatentDiscriminator()])
@pytest.mark.parametrize("dataset", ["ring8_pacgan", "stacked_digits"])
def test_the_generators_loss_is_equation_10_and_all_of_it_is_learned_from(
    normality: Normality | None, dataset: str, turn_of: TurnOf
) -> None:
    turn = turn_of(Method(game=InvertGAN(normality=normality)), dataset)
    generator, inverse, z = turn.networks["generator"], turn.networks["encoder"], turn.noise["z"]
    adversarial = softplus(-turn.networks["discriminator"](generator(z))).mean()
    consistency = distance(z, inverse(generator(z))) + distance(turn.real, generator(inverse(turn.real)))
    gaussian = normality.loss(turn, inverse(turn.real)) if normality else 0.0
    expected, found = adversarial + consistency + gaussian, turn.method.losses(turn)["generator"]()
    torch.testing.assert_close(found, expected)
    parameters = [*generator.parameters(), *inverse.parameters()]
    for one, other in zip(
        torch.autograd.grad(found, parameters), torch.autograd.grad(expected, parameters), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_the_discriminator_sees_samples_only(turn_of: TurnOf) -> None:
    turn = turn_of(METHODS["invertgan"])
    on_real = turn.networks["discriminator"](turn.real)
    on_fake = turn.networks["discriminator"](turn.networks["generator"](turn.noise["z"]))
    expected = softplus(-on_real).mean() + softplus(on_fake).mean()
    torch.testing.assert_close(turn.method.losses(turn)["discriminator"](), expected)


@pytest.mark.parametrize("name", SYSTEMS)
@pytest.mark.parametrize("dataset", ["ring8_pacgan", "stacked_digits"])
def test_each_player_has_gradients_for_all_it_trains(name: str, dataset: str, turn_of: TurnOf) -> None:
    turn = turn_of(METHODS[name], dataset)
    for player, settings in turn.method.players.items():
        parameters = [p for network in settings.networks for p in turn.networks[network].parameters()]
        found = torch.autograd.grad(turn.method.losses(turn)[player](), parameters)
        assert all(gradient.isfinite().all() and gradient.any() for gradient in found)


def test_a_perfect_inverse_has_no_consistency_loss_and_finite_gradients() -> None:
    z = torch.randn(5, 3, requires_grad=True)
    loss = mean_distance(z, z.detach())
    assert loss == 0
    assert not torch.autograd.grad(loss, z)[0].any()


def test_a_consistency_loss_is_a_distance_and_not_its_square() -> None:
    assert mean_distance(torch.zeros(2, 1, 2), torch.tensor([[[3.0, 4.0]], [[0.0, 1.0]]])) == 3.0


class TestLatentDiscriminator:
    def test_it_tells_latents_from_encodings_and_the_inverse_deceives_it(self, turn_of: TurnOf) -> None:
        turn = turn_of(METHODS["invertgan_discriminator"])
        judge, encodings = turn.networks["latent_discriminator"], turn.networks["encoder"](turn.real)
        latents = turn.noise["latent_discriminator"]
        expected = softplus(-judge(latents)).mean() + softplus(judge(encodings)).mean()
        torch.testing.assert_close(turn.method.losses(turn)["latent_discriminator"](), expected)
        torch.testing.assert_close(LatentDiscriminator().loss(turn, encodings), softplus(-judge(encodings)).mean())

    def test_it_sees_more_latents_than_encodings_and_other_ones_than_the_generator(self, turn_of: TurnOf) -> None:
        turn = turn_of(METHODS["invertgan_discriminator"])
        assert len(turn.noise["latent_discriminator"]) == 4 * len(turn.real)
        assert not torch.isin(turn.noise["z"], turn.noise["latent_discriminator"]).any()

    def test_its_loss_reaches_nobody_else(self, turn_of: TurnOf) -> None:
        turn = turn_of(METHODS["invertgan_discriminator"])
        loss = turn.method.losses(turn)["latent_discriminator"]()
        found = torch.autograd.grad(loss, list(turn.networks["encoder"].parameters()), allow_unused=True)
        assert all(gradient is None for gradient in found)

    def test_it_moves_before_the_generator_and_no_evaluation_needs_it(self) -> None:
        game = METHODS["invertgan_discriminator"].game
        assert list(game.players) == ["discriminator", "latent_discriminator", "generator"]
        assert set(game.adversaries) == {"discriminator", "latent_discriminator"}

    def test_it_has_two_hidden_layers(self, turn_of: TurnOf) -> None:
        network = turn_of(METHODS["invertgan_discriminator"]).networks["latent_discriminator"]
        widths = [module.out_features for module in network.modules() if isinstance(module, nn.Linear)]
        assert widths == [128, 128, 1]


def test_the_reconstruction_passes_the_generator_as_the_judge_would_have_it(turn_of: TurnOf) -> None:
    turn = turn_of(METHODS["invertgan"].model_copy(update={"judge": Packed(size=3)}), batch_size=5)
    sizes: list[int] = []
    turn.networks["generator"].register_forward_pre_hook(lambda _module, inputs: sizes.append(len(inputs[0])))
    turn.method.losses(turn)["generator"]()
    assert sizes == [5] * 6


def test_a_pack_of_one_is_invertgan_itself(turn_of: TurnOf) -> None:
    values = []
    for judge in (Single(), Packed(size=1)):
        turn = turn_of(METHODS["invertgan"].model_copy(update={"judge": judge}))
        values.append([loss() for loss in turn.method.losses(turn).values()])
    assert values[0] == values[1]


def test_the_tables_use_the_p_norm_with_unit_weight() -> None:
    assert METHODS["invertgan"].game == InvertGAN(normality=PNorm(p=2.0))
