from __future__ import annotations

import torch

from ganpipe.methods.objectives.wasserstein import Wasserstein

REAL, FAKE = torch.tensor([1.0, 3.0, 5.0]), torch.tensor([-1.0, 0.0, 4.0])


def test_the_critic_raises_real_over_generated_samples() -> None:
    assert Wasserstein().discriminator(REAL, FAKE).item() == 1.0 - 3.0


def test_the_generator_raises_what_the_critic_says_of_its_samples() -> None:
    assert Wasserstein().generator(FAKE).item() == -1.0


def test_it_is_a_zero_sum_game() -> None:
    objective = Wasserstein()
    assert torch.equal(objective.pass_as_real(FAKE), -objective.fake(FAKE))
    assert torch.equal(objective.pass_as_fake(REAL), -objective.real(REAL))


def test_the_best_slope_of_a_lipschitz_critic_gives_the_distance_of_two_points() -> None:
    """Between atoms at 0.5 and at 2 the distance is 1.5; the critic's loss is minus that (eq. 2)."""
    real, fake = torch.full((4,), 2.0), torch.full((4,), 0.5)
    losses = {slope: Wasserstein().discriminator(slope * real, slope * fake).item() for slope in (-1.0, 0.0, 1.0)}
    assert min(losses, key=losses.__getitem__) == 1.0
    assert losses[1.0] == -1.5
