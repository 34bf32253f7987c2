"""PresGAN: noise on the generator's output gives it a density, whose entropy is kept high.

Dieng, Ruiz, Blei, Titsias: Prescribed generative adversarial networks, 2019.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from ganpipe.late import layers, nn, torch
from ganpipe.methods.hmc import Noise, sample
from ganpipe.methods.posterior import BlindPosterior, Posterior, ReducedPosterior
from ganpipe.methods.prescribed import Prescribed, density_of
from ganpipe.methods.regularisers.regulariser import Regulariser

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.methods.games.game import Blueprint, Dice, Turn
    from ganpipe.spec.run import RunSpec

POSTERIORS = {"full": Posterior, "bfloat16": ReducedPosterior, "prior_only": BlindPosterior}


class Entropy(Regulariser, Prescribed):
    """L = L_GAN - lambda H(p(x)) with x~ = mu(z) + sigma eps (eq. 5 and 8); real samples get noise alike (eq. 17).

    grad H = E[g grad x~], g = -grad_x log p(x~) = E_{p(z'|x~)}[x~ - mu(z')] / sigma^2 (eq. 11 and 12).

    The posterior p(z' | x~) is sampled by HMC from the z that made x~, which already is a sample of it. With lambda = 0
    what is left is the GAN with noise on its samples ("GAN" in table 5).
    """

    kind: Literal["entropy"] = "entropy"
    source: ClassVar[str] = "PresGAN, algorithm 1"
    own_networks: ClassVar[tuple[str, ...]] = ("sigma",)
    weight: float = Field(0.01, ge=0, description="lambda; 0 leaves noise on the samples only")
    burn_in: int = Field(2, ge=0, description="iterations of HMC that adapt its step size and are not kept")
    samples: int = Field(2, ge=1, description="M, the iterations that are kept")
    leapfrog_steps: int = Field(5, ge=1, description="L, of one iteration")
    initial_step_size: float | None = Field(None, gt=0, description="of HMC; 1 / latent_dim by default")
    hmc_gradient: Literal["full", "bfloat16", "prior_only"] = Field(
        "full",
        description="what proposals follow; bfloat16 is the full one at less precision inside trajectories, for speed; "
        "prior_only is the released code's, which leaves out the likelihood",
    )

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        initial = self.initial_step_size or 1.0 / blueprint.latent_dim
        return {"sigma": self.density(blueprint.sample_shape), "entropy_step_size": layers.StepSize(initial)}

    def noise(self, dice: Dice, samples: int, group_size: int) -> dict[str, Tensor]:
        noise = {
            "entropy_fake": dice.normal(samples, *dice.sample_shape),
            "entropy_real": dice.normal(samples, *dice.sample_shape),
        }
        if self.weight > 0:
            iterations = self.burn_in + self.samples
            noise["entropy_momenta"] = dice.normal(iterations, samples, dice.prior.latent_dim)
            noise["entropy_uniforms"] = dice.uniform(iterations, samples)
        return noise

    def real(self, turn: Turn, real: Tensor) -> Tensor:
        # A player that sees no real samples is handed none.
        return real + density_of(turn.networks).sigma.detach() * turn.noise["entropy_real"][: len(real)]

    def fake(self, turn: Turn, fake: Tensor) -> Tensor:
        return fake + density_of(turn.networks).sigma * turn.noise["entropy_fake"]

    def generator_penalty(self, turn: Turn, latents: Tensor, fake: Tensor) -> Tensor:
        if self.weight == 0:
            return super().generator_penalty(turn, latents, fake)
        entropy = (self._score(turn, latents, fake.detach()) * fake).flatten(1).sum(dim=1).mean()
        # Only the gradient is the entropy's. The value says nothing, so it is left out of the loss that is recorded.
        return self.weight * (entropy.detach() - entropy)

    def _score(self, turn: Turn, latents: Tensor, fake: Tensor) -> Tensor:
        """g = -grad_x log p(x~), estimated for every sample of ``fake``: [n, *sample_shape]."""
        networks, sigma = turn.networks, density_of(turn.networks).sigma.detach()
        # Were batch norm free to follow the chains, p(x | z) would be about all of them, and z no sample of p(z | x~).
        # What the generator takes beside its latents stays as it was: p(x | z) is that of one image's own noise.
        passes = turn.method.judge.generator_passes
        frozen = layers.Frozen(networks["generator"], turn.with_noise(latents), passes)

        def mean(z: Tensor) -> Tensor:
            return frozen(turn.with_noise(z))

        potential = POSTERIORS[self.hmc_gradient](mean, fake, sigma)
        step_size = networks["entropy_step_size"].get_buffer("value")
        noise = Noise(turn.noise["entropy_momenta"], turn.noise["entropy_uniforms"])
        points, adapted = sample(potential, latents, step_size, noise, self.burn_in, self.leapfrog_steps)
        step_size.copy_(adapted)
        posterior_mean = torch.stack([point.mean for point in points]).mean(dim=0)
        return (fake - posterior_mean) / sigma.square()

    def after_update(self, networks: dict[str, nn.Module], player: str) -> None:
        if player == "generator":
            density_of(networks).clamp()

    def refuses(self, run: RunSpec) -> str | None:
        if run.networks.latent_distribution != "normal":
            return "needs normal latents, on which its posterior rests; set networks.latent_distribution: normal"
        if run.training.precision == "bfloat16":
            return "accepts samples of its posterior by energies in float32; it has hmc_gradient: bfloat16"
        return None
