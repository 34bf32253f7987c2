"""Games about encoders with every judge and regulariser that the mathematics allows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from ganpipe.methods.games.game import Turn
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.objectives.wasserstein import Wasserstein
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.methods.regularisers.spectral_norm import SpectralNorm
from ganpipe.presets import METHODS
from ganpipe.spec.regularisers import Regularisers

TurnOf = Callable[..., Turn]
GAMES = ["bigan", "ali", "veegan", "invertgan", "invertgan_discriminator"]
JUDGES = [Packed(size=2), Set(size=3, hidden=16), Minibatch(kernels=4)]
REGULARISERS = [Regularisers(gradient_penalty=GradientPenalty()), Regularisers(spectral_norm=SpectralNorm())]


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("judge", JUDGES, ids=lambda judge: judge.kind)
@pytest.mark.parametrize("regularisers", REGULARISERS, ids=["gradient_penalty", "spectral_norm"])
@pytest.mark.parametrize("dataset", ["ring8_pacgan", "stacked_digits"])
def test_every_player_has_a_finite_loss_with_gradients_for_all_it_trains(
    game: str, judge: Judge, regularisers: Regularisers, dataset: str, turn_of: TurnOf
) -> None:
    method = METHODS[game].model_copy(update={"judge": judge, "regularisers": regularisers, "objective": Wasserstein()})
    turn = turn_of(method, dataset)
    for name, player in method.players.items():
        loss = method.losses(turn)[name]()
        parameters = [p for network in player.networks for p in turn.networks[network].parameters()]
        found = torch.autograd.grad(loss, parameters)
        assert loss.isfinite()
        assert all(gradient.isfinite().all() for gradient in found)


@pytest.mark.parametrize("game", ["bigan", "veegan"])
def test_a_gradient_penalty_is_about_whole_pairs(game: str, turn_of: TurnOf) -> None:
    method = METHODS[game].model_copy(update={"regularisers": REGULARISERS[0]})
    plain, penalised = turn_of(METHODS[game]), turn_of(method)
    z, network = plain.noise["z"], plain.networks["discriminator"]
    real = torch.cat([plain.real, plain.networks["encoder"](plain.real)], dim=1)
    fake = torch.cat([plain.networks["generator"](z), z], dim=1)
    mix = penalised.noise["gradient_penalty"][:, None]
    between = (mix * real + (1 - mix) * fake).detach().requires_grad_()
    (slope,) = torch.autograd.grad(network(between).sum(), between)
    expected = 10.0 * (slope.norm(dim=1) - 1).square().mean()
    added = method.losses(penalised)["discriminator"]() - METHODS[game].losses(plain)["discriminator"]()
    torch.testing.assert_close(added, expected, rtol=1e-4, atol=1e-6)
