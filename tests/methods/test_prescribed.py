from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from ganpipe.methods.games.vae import VAE
from ganpipe.methods.prescribed import Prescribed, density_of
from ganpipe.methods.regularisers.entropy import Entropy


@pytest.mark.parametrize("kind", [Entropy, VAE])
@pytest.mark.parametrize(
    "settings",
    [{"sigma_init": 0.5}, {"sigma_low": 0.4, "sigma_init": 0.3}, {"sigma_low": 0.2, "sigma_init": 0.1}],
)
def test_the_first_sigma_lies_between_the_limits(kind: type[Prescribed], settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError, match="expected sigma_low <= sigma_init <= sigma_high"):
        kind.parse({"kind": kind.model_fields["kind"].default} | settings)


def test_the_density_has_these_limits() -> None:
    density = Prescribed(sigma_low=0.1, sigma_high=0.4, sigma_init=0.2).density((2, 3))
    torch.testing.assert_close(density.sigma, torch.full((2, 3), 0.2))
    assert (density.low, density.high) == (0.1, 0.4)
    assert density_of({"sigma": density}) is density
