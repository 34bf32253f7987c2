from __future__ import annotations

import pytest

from ganpipe.presets import METHODS
from ganpipe.training.cost import Cost, cost


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # The discriminator's update makes one batch and judges two, the generator's makes and judges one.
        pytest.param("gan", Cost(generator=2, discriminator=3), id="gan"),
        # A verdict on m samples costs m.
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
