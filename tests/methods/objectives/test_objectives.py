from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.methods.objectives.non_saturating import NonSaturating
from ganpipe.methods.objectives.objective import Objective
from ganpipe.spec.method import Method

KINDS = [kind for kind in Objective.kinds.values() if kind.__module__.startswith("ganpipe.")]
BOTH = [NonSaturating(), Minimax()]


def logits(seed: int) -> Tensor:
    return 3 * torch.randn(50, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("objective", BOTH)
def test_the_discriminator_minimises_the_cross_entropy_of_real_and_generated(objective: Objective) -> None:
    real, fake = logits(0), logits(1)
    expected = -(torch.log(torch.sigmoid(real)).mean() + torch.log(1 - torch.sigmoid(fake)).mean())
    torch.testing.assert_close(objective.discriminator(real, fake), expected)


def test_the_non_saturating_generator_maximises_log_d() -> None:
    fake = logits(1)
    torch.testing.assert_close(NonSaturating().generator(fake), -torch.log(torch.sigmoid(fake)).mean())


def test_the_minimax_generator_minimises_log_of_one_minus_d() -> None:
    fake = logits(1)
    torch.testing.assert_close(Minimax().generator(fake), torch.log(1 - torch.sigmoid(fake)).mean())


def test_minimax_is_a_zero_sum_game() -> None:
    real, fake = logits(0), logits(1)
    objective = Minimax()
    about_fakes = objective.discriminator(real, fake) - objective.discriminator(real, torch.full_like(fake, -1e3))
    torch.testing.assert_close(objective.generator(fake), -about_fakes)


@pytest.mark.parametrize("objective", BOTH)
def test_huge_logits_give_no_overflow(objective: Objective) -> None:
    extreme = torch.tensor([-1e30, -200.0, 200.0, 1e30], requires_grad=True)
    loss = objective.discriminator(extreme, extreme) + objective.generator(extreme)
    (gradient,) = torch.autograd.grad(loss, extreme)
    assert not loss.isnan()
    assert gradient.isfinite().all()


def test_where_the_discriminator_is_sure_only_the_non_saturating_gradient_is_left() -> None:
    sure = torch.tensor([-30.0], requires_grad=True)
    (strong,) = torch.autograd.grad(NonSaturating().generator(sure), sure)
    (weak,) = torch.autograd.grad(Minimax().generator(sure), sure)
    assert strong.item() == pytest.approx(-1.0)
    assert weak.item() == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_players_descend_to_where_they_should_go_in_one_dimension(kind: type[Objective]) -> None:
    """Real samples at 1, generated ones at theta = 0, d(x) = w x: D must raise w, and G must then raise theta."""
    objective = kind()
    theta, w = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    real = torch.ones(8)
    (slope,) = torch.autograd.grad(objective.discriminator(w * real, w * theta.expand(8)), w)
    assert slope < 0
    (slope,) = torch.autograd.grad(objective.generator(torch.ones(1) * theta.expand(8)), theta)
    assert slope < 0


@pytest.mark.parametrize("kind", KINDS)
def test_losses_are_means_so_that_the_batch_size_does_not_change_them(kind: type[Objective]) -> None:
    objective, real, fake = kind(), logits(0), logits(1)
    torch.testing.assert_close(
        objective.discriminator(real.repeat(3), fake.repeat(3)), objective.discriminator(real, fake)
    )
    torch.testing.assert_close(objective.generator(fake.repeat(3)), objective.generator(fake))
    assert objective.generator(fake).shape == ()


@pytest.mark.parametrize("kind", KINDS)
def test_names_its_source_and_can_be_chosen_by_its_kind(kind: type[Objective]) -> None:
    assert kind.source
    assert Method.parse({"objective": {"kind": kind.model_fields["kind"].default}}).objective == kind()


def test_a_discriminator_trained_to_the_end_shows_the_density_ratio() -> None:
    """On atoms, d* = log p/q (Goodfellow et al. 2014, proposition 1)."""
    p, q = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.1, 0.3, 0.6])
    table = nn.Embedding(3, 1, dtype=torch.float64)
    nn.init.zeros_(table.weight)
    optimiser = torch.optim.LBFGS(
        table.parameters(), max_iter=200, tolerance_grad=1e-12, tolerance_change=0.0, line_search_fn="strong_wolfe"
    )
    real = torch.repeat_interleave(torch.arange(3), (10 * p).round().long())
    fake = torch.repeat_interleave(torch.arange(3), (10 * q).round().long())

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = NonSaturating().discriminator(table(real).flatten(), table(fake).flatten())
        loss.backward()
        return loss

    optimiser.step(closure)  # type: ignore[arg-type]
    torch.testing.assert_close(table.weight.detach().flatten(), torch.log(p / q).double(), atol=1e-5, rtol=1e-5)
