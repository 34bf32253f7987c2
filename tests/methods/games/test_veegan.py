"""VEEGAN; its signs on a line, where the log density ratio is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.encoders.gaussian import Gaussian
from ganpipe.methods.encoders.noise_fed import NoiseFed
from ganpipe.methods.games.game import Turn
from ganpipe.methods.games.veegan import VEEGAN
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.objectives.ratio_kl import RatioKL
from ganpipe.presets import METHODS
from ganpipe.spec.method import Method

TurnOf = Callable[..., Turn]
COUNT = 200_000


class Affine(nn.Module):
    """slope * first coordinate + offset, of points or of pairs."""

    def __init__(self, slope: float, offset: float, flat: bool = False) -> None:
        super().__init__()
        self.slope, self.offset = nn.Parameter(torch.tensor(slope)), nn.Parameter(torch.tensor(offset))
        self.flat = flat

    def forward(self, x: Tensor) -> Tensor:
        out = self.slope * x[:, :1] + self.offset
        return out.flatten() if self.flat else out


def on_a_line(shift: float, slope: float, offset: float) -> Turn:
    """p = N(0, 1), G(z) = z + shift so that q = N(shift, 1), F(x) = x / 2 + 1, and d(x, z) = slope * x + offset."""
    numbers = torch.Generator().manual_seed(0)
    networks: dict[str, nn.Module] = {
        "generator": Affine(1.0, shift),
        "encoder": Affine(0.5, 1.0),
        "discriminator": Affine(slope, offset, flat=True),
    }
    real, z = (torch.randn(COUNT, 1, generator=numbers) for _ in range(2))
    return Turn(METHODS["veegan"], networks, real, {"z": z}, {})


def gradients(turn: Turn, player: str, network: str) -> list[float]:
    loss = turn.method.losses(turn)[player]()
    parameters = list(turn.networks[network].parameters())
    return [gradient.item() for gradient in torch.autograd.grad(loss, parameters)]


def test_the_discriminator_is_at_rest_where_it_is_the_log_ratio_of_data_to_generator() -> None:
    # log p / q = -shift x + shift^2 / 2; VEEGAN's own D_omega is its negative.
    assert gradients(on_a_line(0.8, -0.8, 0.32), "discriminator", "discriminator") == pytest.approx([0, 0], abs=5e-3)
    assert max(map(abs, gradients(on_a_line(0.8, 0.8, -0.32), "discriminator", "discriminator"))) > 0.3


def test_the_discriminator_labels_generated_pairs_one_in_the_papers_convention() -> None:
    turn = on_a_line(0.8, -0.5, 0.1)
    d_omega = lambda x: 0.5 * x[:, 0] - 0.1  # noqa: E731
    generated, real = turn.noise["z"] + 0.8, turn.real
    expected = -torch.log(torch.sigmoid(d_omega(generated))) - torch.log(1 - torch.sigmoid(d_omega(real)))
    torch.testing.assert_close(turn.method.losses(turn)["discriminator"](), expected.mean())


def test_the_generator_minimises_the_divergence_and_the_reconstruction() -> None:
    turn = on_a_line(0.8, -0.8, 0.32)
    # KL(q || p) = shift^2 / 2; z - F(G(z)) = z / 2 - 0.4 - 1.
    expected = 0.8**2 / 2 + (0.25 + 1.4**2)
    assert turn.method.losses(turn)["generator"]().item() == pytest.approx(expected, abs=0.02)


def test_the_generator_moves_towards_the_data() -> None:
    # d/dshift E D_omega(G(z)) = shift with D_omega fixed; d/dshift E (z - F(G(z)))^2 = 2 E (z / 2 - 1.4) (-1/2) = 1.4.
    for shift in (0.8, -0.8):
        _, of_shift = gradients(on_a_line(shift, -shift, shift**2 / 2), "generator", "generator")
        residual = 1.0 + shift / 2
        assert of_shift == pytest.approx(shift + residual, abs=0.02)


def test_the_reconstructor_learns_from_the_reconstruction_only() -> None:
    # E (z - f (z + s) - o)^2 has the gradient 2 (f (1 + s^2) + o s - 1, f s + o) in (f, o).
    for slope in (-0.8, 0.0, 5.0):
        found = gradients(on_a_line(0.8, slope, 0.0), "generator", "encoder")
        expected = [2 * (0.5 * (1 + 0.64) + 0.8 - 1), 2 * (0.5 * 0.8 + 1.0)]
        assert found == pytest.approx(expected, abs=0.03)


def test_the_reconstruction_is_summed_over_latent_dimensions(turn_of: TurnOf) -> None:
    turn = turn_of(METHODS["veegan"])
    z, generator, encoder = turn.noise["z"], turn.networks["generator"], turn.networks["encoder"]
    fake = generator(z)
    ratio = turn.networks["discriminator"](torch.cat([fake, z], dim=1))
    errors = [sum((z[i, j] - encoder(fake)[i, j]) ** 2 for j in range(3)) for i in range(len(z))]
    expected = -ratio.mean() + sum(errors) / len(z)
    torch.testing.assert_close(turn.method.losses(turn)["generator"](), expected)


def test_the_generators_move_draws_no_real_samples(turn_of: TurnOf) -> None:
    assert not VEEGAN().players["generator"].sees_real
    turn = turn_of(METHODS["veegan"])
    without = replace(turn, real=turn.real[:0])
    assert torch.equal(turn.method.losses(turn)["generator"](), turn.method.losses(without)["generator"]())


@pytest.mark.parametrize("encoder", [Gaussian(), NoiseFed()])
def test_the_reconstructor_may_be_stochastic(encoder: Encoder, turn_of: TurnOf) -> None:
    turn = turn_of(Method(game=VEEGAN(encoder=encoder), objective=RatioKL()))
    for name, player in turn.method.players.items():
        parameters = [p for network in player.networks for p in turn.networks[network].parameters()]
        found = torch.autograd.grad(turn.method.losses(turn)[name](), parameters)
        assert all(gradient.any() for gradient in found)


def test_a_pack_of_one_is_veegan_itself(turn_of: TurnOf) -> None:
    values = []
    for method in (METHODS["veegan"], METHODS["veegan"].model_copy(update={"judge": Packed(size=1)})):
        turn = turn_of(method, "stacked_digits")
        values.append([loss() for loss in method.losses(turn).values()])
    assert values[0] == values[1]
