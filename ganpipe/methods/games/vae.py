"""The variational autoencoder, PresGAN's baseline: the same density, fitted by likelihood instead of by a game.

Kingma, Welling: Auto-encoding variational Bayes, 2014; PresGAN, section 5.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from ganpipe.late import nn
from ganpipe.methods.divergence import kl_to_standard_normal
from ganpipe.methods.games.game import Blueprint, Dice, Game, Player, Turn
from ganpipe.methods.prescribed import Prescribed, density_of

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Losses
    from ganpipe.spec.run import RunSpec


class VAE(Game, Prescribed):
    """One player maximises ELBO = E_q log p(x | z) - KL(q(z | x) || p(z)), with x | z ~ N(mu(z), diag sigma^2).

    mu is the generator and q(z | x) = N(m(x), diag v(x)); the encoder gives m and log v. One z = m + sqrt(v) eps is
    drawn for every sample, and KL = sum (v + m^2 - 1 - log v) / 2.
    """

    kind: Literal["vae"] = "vae"
    source: ClassVar[str] = "Kingma and Welling 2014, eq. 10; PresGAN, section 5.4"
    adversaries: ClassVar[tuple[str, ...]] = ()

    @property
    def players(self) -> Mapping[str, Player]:
        return {"generator": Player(networks=("generator", "encoder", "sigma"), sees_real=True)}

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return {
            "generator": blueprint.generator(),
            "encoder": blueprint.encoder(2 * blueprint.latent_dim),
            "sigma": self.density(blueprint.sample_shape),
        }

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return {"posterior": dice.normal(samples, dice.prior.latent_dim)}

    def losses(self, turn: Turn) -> Losses:
        generator = turn.networks["generator"]

        def loss() -> Tensor:
            mean, log_variance, z = _posterior(turn)
            divergence = kl_to_standard_normal(mean, log_variance)
            likelihood = density_of(turn.networks).log_prob(turn.real, generator(z))
            negative_elbo: Tensor = (divergence - likelihood).mean()
            return negative_elbo

        return {"generator": loss}

    def encode(self, turn: Turn) -> Tensor:
        return _posterior(turn)[2]

    def after_update(self, networks: dict[str, nn.Module], player: str) -> None:
        density_of(networks).clamp()

    def refuses(self, run: RunSpec) -> str | None:
        if run.method != type(run.method)(game=self):
            return "has no discriminator; leave out the method's judge, objective and regularisers"
        if run.networks.latent_distribution != "normal":
            return "needs normal latents, to which it draws its posterior; set networks.latent_distribution: normal"
        return None


def _posterior(turn: Turn) -> tuple[Tensor, Tensor, Tensor]:
    """m(x), log v(x) and one z of q(z | x) for each of the real samples: [n, latent_dim] each."""
    mean, log_variance = turn.networks["encoder"](turn.real).chunk(2, dim=1)
    return mean, log_variance, mean + (0.5 * log_variance).exp() * turn.noise["posterior"]
