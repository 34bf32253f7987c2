"""The papers' systems by name, one line each; a combination that nobody has tried is one more line.

A name can stand in an experiment wherever the part can: ``method: pacgan2`` or ``networks: mlp``. Datasets have
their presets in :mod:`ganpipe.data.presets`, networks in :mod:`ganpipe.networks.presets`.
"""

from __future__ import annotations

from ganpipe.data.presets import PRESETS as DATASETS
from ganpipe.methods.encoders.deterministic import Deterministic
from ganpipe.methods.games.ali import ALI
from ganpipe.methods.games.invertgan import InvertGAN
from ganpipe.methods.games.mixed_batch import MixedBatch
from ganpipe.methods.games.mixup import Mixup
from ganpipe.methods.games.unrolled import Unrolled
from ganpipe.methods.games.vae import VAE
from ganpipe.methods.games.veegan import VEEGAN
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.normality.kl import KL
from ganpipe.methods.normality.latent_discriminator import LatentDiscriminator
from ganpipe.methods.normality.w2 import W2
from ganpipe.methods.normality.w2_1d import W2OneDimensional
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.methods.objectives.ratio_kl import RatioKL
from ganpipe.methods.objectives.wasserstein import Wasserstein
from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.methods.regularisers.spectral_norm import SpectralNorm
from ganpipe.networks.presets import PRESETS as NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers

__all__ = ["DATASETS", "METHODS", "NETWORKS"]

METHODS = {
    "gan": Method(),
    "gan_minimax": Method(objective=Minimax()),
    "pacgan2": Method(judge=Packed(size=2)),
    "pacgan3": Method(judge=Packed(size=3)),
    "pacgan4": Method(judge=Packed(size=4)),
    "pacgan5": Method(judge=Packed(size=5)),
    "md": Method(judge=Minibatch()),
    "setgan5": Method(judge=Set(size=5)),
    "bgan": Method(game=MixedBatch(), judge=Equivariant()),
    "m_bgan": Method(game=MixedBatch(reading="sample"), judge=Equivariant()),
    "batch_smoothing_0": Method(game=MixedBatch(gamma=0.0), judge=Equivariant()),
    "batch_smoothing_03": Method(game=MixedBatch(gamma=0.3), judge=Equivariant()),
    "mixup": Method(game=Mixup()),
    "unrolled1": Method(game=Unrolled(steps=1)),
    "unrolled5": Method(game=Unrolled(steps=5)),
    "unrolled10": Method(game=Unrolled(steps=10)),
    "wgan_gp": Method(objective=Wasserstein(), regularisers=Regularisers(gradient_penalty=GradientPenalty())),
    "gan_gp": Method(regularisers=Regularisers(gradient_penalty=GradientPenalty())),
    "sngan": Method(regularisers=Regularisers(spectral_norm=SpectralNorm())),
    "pacwgan_gp2": Method(
        judge=Packed(size=2), objective=Wasserstein(), regularisers=Regularisers(gradient_penalty=GradientPenalty())
    ),
    "pacsngan2": Method(judge=Packed(size=2), regularisers=Regularisers(spectral_norm=SpectralNorm())),
    "bigan": Method(game=ALI(encoder=Deterministic())),
    "ali": Method(game=ALI()),
    "veegan": Method(game=VEEGAN(), objective=RatioKL()),
    "pacveegan2": Method(game=VEEGAN(), judge=Packed(size=2), objective=RatioKL()),
    "invertgan": Method(game=InvertGAN()),
    "invertgan_w2": Method(game=InvertGAN(normality=W2())),
    "invertgan_kl": Method(game=InvertGAN(normality=KL())),
    "invertgan_w2_1d": Method(game=InvertGAN(normality=W2OneDimensional())),
    "invertgan_discriminator": Method(game=InvertGAN(normality=LatentDiscriminator())),
    "invertgan_none": Method(game=InvertGAN(normality=None)),
    "presgan": Method(regularisers=Regularisers(entropy=Entropy())),
    # PresGAN, section 5.1: a variance in [0.01, 0.3].
    "presgan_ring": Method(
        regularisers=Regularisers(entropy=Entropy(weight=0.1, sigma_low=0.1, sigma_high=0.548, sigma_init=0.5))
    ),
    "vae": Method(game=VAE()),
}
