"""Mixed batches: the discriminator tells the share of real samples in a batch (BGAN, M-BGAN, batch smoothing-gamma).

Lucas, Tallec, Verbeek, Ollivier: Mixed batches and symmetric discriminators for GAN training, 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import torch
from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.mixing import Mixing

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.spec.run import RunSpec


class MixedBatch(Mixing):
    """In a batch of B, beta_b = 1 shows the real sample x_b and beta_b = 0 the generated one (section 3.1).

    p ~ U([0, gamma] u [1 - gamma, 1]),  beta_b ~ Bernoulli(p),  m_beta = x beta + G(z) (1 - beta)           (eq. 2)
    L_D = E KL(Ber(#beta / B) || Ber(D(m_beta)))                                                         (eq. 3, 4)
    L_G = -E log D(m_beta), which eq. 5 prints without the sign.

    The mean of a batch's logits has its target (BGAN, eq. 13), or each of its logits has (M-BGAN, eq. 14).
    What a batch leaves out, m_{1 - beta}, is the other batch of the same update; losses are summed over the two, as the
    plain game sums over a real and a generated batch. Where the judge groups samples, a pack or a set is one x_b.
    """

    kind: Literal["mixed_batch"] = "mixed_batch"
    source: ClassVar[str] = "Mixed batches, sections 3.1 and 4.3"
    gamma: float = Field(0.5, ge=0, le=0.5, description="of batch smoothing-gamma; 0: pure batches, 0.5: p ~ U[0, 1]")
    reading: Literal["batch", "sample"] = Field(
        "batch", description="what is held against the target: the mean logit (BGAN) or each logit (M-BGAN)"
    )

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        z, where = dice.latents(samples), dice.uniform(1)
        p = 2.0 * self.gamma * where
        p = torch.where(where < 0.5, p, 1.0 - 2.0 * self.gamma + p)
        # One beta a sample; a judge that groups samples needs only as many as it has groups.
        return {"z": z, "beta": dice.uniform(samples) < p}

    def losses(self, turn: Turn) -> Losses:
        discriminator, objective = turn.networks["discriminator"], turn.method.objective
        z, group_size = turn.noise["z"], turn.method.judge.group_size
        beta = turn.noise["beta"][: len(z) // group_size]
        batches = (beta, ~beta)

        def logits(beta: Tensor, fake: Tensor) -> Tensor:
            shown = beta.repeat(group_size).reshape(-1, *[1] * (fake.dim() - 1))
            own: Tensor = discriminator(torch.where(shown, turn.real, fake))
            return own.mean(dim=0, keepdim=True) if self.reading == "batch" else own

        def discriminator_loss() -> Tensor:
            with torch.no_grad():
                fake = turn.generated(z)
            loss = turn.discriminator_penalty(discriminator, turn.real, fake)
            for beta in batches:
                share = beta.float().mean()
                loss = loss + objective.mixed(logits(beta, fake), share).mean() - entropy(share)
            return loss

        def generator_loss() -> Tensor:
            fake = turn.generated(z)
            loss = turn.generator_penalty(z, fake)
            for beta in batches:
                # A batch of real samples only is a constant to the generator; without it gamma = 0 is the plain game.
                generated = ~beta.all()
                loss = loss + generated * objective.pass_mixed(logits(beta, fake), beta.float().mean()).mean()
            return loss

        return {"discriminator": discriminator_loss, "generator": generator_loss}

    def refuses(self, run: RunSpec) -> str | None:
        if field := run.networks.discriminator.batch_field:
            return f"is about mixtures, and {field} gives them away; set networks.discriminator.{field}: false"
        return super().refuses(run)


def entropy(share: Tensor) -> Tensor:
    """Of Ber(share), in nats: what cross-entropy exceeds the Kullback-Leibler divergence by."""
    return -torch.xlogy(share, share) - torch.xlogy(1.0 - share, 1.0 - share)
