"""What the encoder of a finished run makes of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from ganpipe.methods.games.game import Dice, Turn
from ganpipe.randomness import Purpose, generator

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.training.run import FinishedRun


@torch.no_grad()
def encodings(run: FinishedRun, step: int, samples: Tensor) -> Tensor | None:
    """Latents of samples as the method's encoder, or inverse, after ``step`` gives them.

    Noise of a stochastic encoder is a function of the run's seed.

    Args:
        samples: [n, *sample_shape], on the host.

    Returns:
        [n, latent_dim]; None for a method without an encoder.

    Raises:
        GanpipeError: there is no such snapshot, or the file is not the one that training wrote.
    """
    spec = run.spec
    dice = Dice(generator(spec.seed, Purpose.EVALUATION, draw=1), spec.networks, spec.dataset.sample_shape)
    noise = spec.method.game.noise(dice, len(samples))
    networks = run.networks(step)
    return spec.method.game.encode(Turn(spec.method, networks, samples, noise, optimisers={}))
