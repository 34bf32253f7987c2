"""The pairs of networks that experiments name, each as its paper builds it."""

from __future__ import annotations

from ganpipe.networks.dcgan import DCGANDiscriminator, DCGANGenerator
from ganpipe.networks.dcgan_pacgan import PacGANDiscriminator, PacGANGenerator
from ganpipe.networks.dcgan_unrolled import UnrolledDiscriminator, UnrolledGenerator
from ganpipe.networks.miyato import MiyatoDiscriminator, MiyatoGenerator
from ganpipe.networks.mlp import MaxoutDiscriminator, MLPDiscriminator, MLPGenerator
from ganpipe.networks.resnet import ResnetDiscriminator, ResnetGenerator
from ganpipe.networks.small_conv import SmallConvDiscriminator, SmallConvGenerator
from ganpipe.networks.style import StyleDiscriminator, StyleGenerator
from ganpipe.spec.networks import Networks

_NAMED: dict[str, tuple[Networks, str]] = {
    "mlp": (
        Networks(generator=MLPGenerator(), discriminator=MLPDiscriminator(), latent_dim=2),
        "small, for the demos and ablations in the plane",
    ),
    "pacgan_2d": (
        Networks(
            generator=MLPGenerator(width=400, depth=4, batch_norm=True, normal_init=True),
            discriminator=MaxoutDiscriminator(),
            latent_dim=2,
        ),
        "PacGAN, appendix A.1, after ALI's toy code",
    ),
    "bgan_2d": (
        Networks(
            generator=MLPGenerator(width=512, depth=3), discriminator=MLPDiscriminator(width=512, depth=3), latent_dim=2
        ),
        "Mixed batches, section 5.1",
    ),
    "small_conv": (
        Networks(generator=SmallConvGenerator(), discriminator=SmallConvDiscriminator(), latent_dim=64),
        "DCGAN's rules at 8x8",
    ),
    "dcgan_pacgan": (
        Networks(
            generator=PacGANGenerator(),
            discriminator=PacGANDiscriminator(),
            latent_dim=100,
            latent_distribution="uniform",
        ),
        "PacGAN, sections 4.2 and 4.3, and its code",
    ),
    "dcgan_unrolled_quarter": (
        Networks(generator=UnrolledGenerator(), discriminator=UnrolledDiscriminator(width=2), latent_dim=256),
        "PacGAN, appendix B.2 (Unrolled GAN, section 3.3.1)",
    ),
    "dcgan_unrolled_half": (
        Networks(generator=UnrolledGenerator(), discriminator=UnrolledDiscriminator(width=4), latent_dim=256),
        "PacGAN, appendix B.2 (Unrolled GAN, section 3.3.1)",
    ),
    # Leaky ReLU in both networks. Batch norm would tell the sets of one batch about each other.
    "dcgan_setgan": (
        Networks(
            generator=PacGANGenerator(activation="leaky_relu"),
            discriminator=PacGANDiscriminator(batch_norm=False),
            latent_dim=128,
        ),
        "SetGAN, section 3, with the layers of PacGAN's code",
    ),
    "dcgan64": (
        Networks(generator=DCGANGenerator(), discriminator=DCGANDiscriminator(), latent_dim=100),
        "PresGAN, its code; Radford et al. 2016",
    ),
    "miyato": (
        Networks(generator=MiyatoGenerator(), discriminator=MiyatoDiscriminator(), latent_dim=128),
        "Miyato et al. 2018, table 3",
    ),
    "ali_2d": (
        Networks(
            generator=MLPGenerator(width=400, depth=4, batch_norm=True, normal_init=True),
            discriminator=MaxoutDiscriminator(),
            encoder=MLPDiscriminator(width=400, batch_norm=True, normal_init=True),
            latent_dim=2,
        ),
        "PacGAN, appendix A.1, its ALI",
    ),
    # Four linear layers; their width is not printed.
    "invertgan_2d": (
        Networks(generator=MLPGenerator(depth=3), discriminator=MLPDiscriminator(depth=3), latent_dim=2),
        "InvertGAN, section 5.1",
    ),
    "resnet": (
        Networks(generator=ResnetGenerator(), discriminator=ResnetDiscriminator(), latent_dim=20),
        "InvertGAN, tables 3 and 4; Mescheder et al. 2018, its code",
    ),
    "style128": (
        Networks(generator=StyleGenerator(), discriminator=StyleDiscriminator(), latent_dim=512),
        "Karras et al. 2019, section 2 and appendix C; PresGAN, section 5 (FFHQ)",
    ),
    "presgan_ring": (
        Networks(
            generator=MLPGenerator(depth=3, activation="tanh"),
            discriminator=MLPDiscriminator(depth=3, activation="tanh"),
            latent_dim=10,
        ),
        "PresGAN, section 5.1",
    ),
}

PRESETS: dict[str, Networks] = {name: networks for name, (networks, _) in _NAMED.items()}
SOURCES: dict[str, str] = {name: source for name, (_, source) in _NAMED.items()}
"""Name of a pair of networks -> where it is from."""
