from __future__ import annotations

import pytest

from ganpipe.data.mixtures import Ring
from ganpipe.presets import METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining, Training
from ganpipe.training.cost import Cost, cost, samples_passed


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # The discriminator's update makes one batch and judges two, the generator's makes and judges one.
        pytest.param("gan", Cost(generator=2, discriminator=3), id="gan"),
        # A logit of m samples costs m.
        pytest.param("pacgan3", Cost(generator=6, discriminator=9), id="pacgan3"),
        # One more pass, of points between real and generated ones.
        pytest.param("wgan_gp", Cost(generator=2, discriminator=4), id="wgan_gp"),
        # Five steps ahead judge two batches each, and the generator's loss is about both.
        pytest.param("unrolled5", Cost(generator=2, discriminator=2 + 5 * 2 + 2), id="unrolled5"),
    ],
)
def test_counts_batches_that_pass(method: str, expected: Cost) -> None:
    assert cost(METHODS[method]) == expected


@pytest.mark.parametrize("method", METHODS)
def test_every_method_has_a_cost(method: str) -> None:
    found = cost(METHODS[method])
    assert found.generator >= 1
    assert found.discriminator >= 0


def test_players_that_move_often_cost_as_much_more() -> None:
    often = Training(steps=9, batch_size=3, players={"discriminator": PlayerTraining(updates=5)})
    assert cost(METHODS["gan"], often) == Cost(generator=5 + 1, discriminator=5 * 2 + 1)


def test_a_run_costs_its_steps_times_its_logits() -> None:
    training = Training(steps=30, batch_size=50)
    run = RunSpec(dataset=Ring(), networks=NETWORKS["mlp"], method=METHODS["pacgan2"], training=training)
    assert samples_passed(run) == Cost(generator=30 * 50 * 4, discriminator=30 * 50 * 6)
