"""The papers' systems by name, one line each; a combination that nobody has tried is one more line.

A name can stand in an experiment wherever the part can: ``method: pacgan2`` or ``networks: mlp``. Datasets have their
own presets in :mod:`ganpipe.data.presets`.
"""

from __future__ import annotations

from ganpipe.data.presets import PRESETS as DATASETS
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganpipe.networks.dcgan_pacgan import PacGANDiscriminator, PacGANGenerator
from ganpipe.networks.dcgan_unrolled import UnrolledDiscriminator, UnrolledGenerator
from ganpipe.networks.mlp import MaxoutDiscriminator, MLPDiscriminator, MLPGenerator
from ganpipe.networks.small_conv import SmallConvDiscriminator, SmallConvGenerator
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks

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
}

NETWORKS = {
    "mlp": Networks(generator=MLPGenerator(), discriminator=MLPDiscriminator(), latent_dim=2),
    "pacgan_2d": Networks(
        generator=MLPGenerator(width=400, depth=4, batch_norm=True, normal_init=True),
        discriminator=MaxoutDiscriminator(),
        latent_dim=2,
    ),
    "small_conv": Networks(generator=SmallConvGenerator(), discriminator=SmallConvDiscriminator(), latent_dim=64),
    "dcgan_pacgan": Networks(
        generator=PacGANGenerator(), discriminator=PacGANDiscriminator(), latent_dim=100, latent_distribution="uniform"
    ),
    "dcgan_unrolled_quarter": Networks(
        generator=UnrolledGenerator(), discriminator=UnrolledDiscriminator(width=2), latent_dim=256
    ),
    "dcgan_unrolled_half": Networks(
        generator=UnrolledGenerator(), discriminator=UnrolledDiscriminator(width=4), latent_dim=256
    ),
    "dcgan_setgan": Networks(generator=PacGANGenerator(), discriminator=PacGANDiscriminator(), latent_dim=128),
    "dcgan64": Networks(generator=DCGANGenerator(), discriminator=DCGANDiscriminator(), latent_dim=100),
}
