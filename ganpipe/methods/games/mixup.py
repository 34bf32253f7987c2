"""The mixup GAN: the discriminator tells the share of the real sample in a blend of two.

Zhang, Cisse, Dauphin, Lopez-Paz: mixup: Beyond empirical risk minimization, 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from pydantic import Field

from ganpipe.late import torch
from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.mixing import Mixing

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses


class Mixup(Mixing):
    """max over G, min over D of E l(D(lambda x + (1 - lambda) G(z)), lambda), l the cross-entropy (section 3.8).

    lambda ~ Beta(alpha, alpha), one for every logit. The generator minimises -E log D(blend), as in the game of mixed
    batches; with the minimax objective it plays the printed game, -E l.
    """

    kind: Literal["mixup"] = "mixup"
    source: ClassVar[str] = "Zhang et al. 2018, section 3.8"
    alpha: float = Field(0.2, gt=0, description="of Beta(alpha, alpha); near 0 nearly every sample is unmixed")

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        z, shares = dice.latents(samples), dice.rng.beta(self.alpha, self.alpha, samples)
        # One a sample; a judge that groups samples needs only as many as it has groups.
        return {"z": z, "lambda": torch.from_numpy(shares.astype(np.float32))}

    def losses(self, turn: Turn) -> Losses:
        discriminator, objective = turn.networks["discriminator"], turn.method.objective
        z, group_size = turn.noise["z"], turn.method.judge.group_size
        shares = turn.noise["lambda"][: len(z) // group_size]

        def logits(fake: Tensor) -> Tensor:
            weights = shares.repeat(group_size).reshape(-1, *[1] * (fake.dim() - 1))
            logits_of_blend: Tensor = discriminator(torch.lerp(fake, turn.real, weights))
            return logits_of_blend

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                fake = turn.generated(z)
            penalty = turn.discriminator_penalty(discriminator, turn.real, fake)
            return objective.mixed(logits(fake), shares).mean() + penalty

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            return objective.pass_mixed(logits(fake), shares).mean() + turn.generator_penalty(z, fake)

        return {"discriminator": discriminator_loss, "generator": generator_loss}
