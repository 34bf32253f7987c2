"""Spectral normalisation of the discriminator.

Miyato, Kataoka, Koyama, Yoshida: Spectral normalization for generative adversarial networks, 2018.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from ganpipe.late import layers, nn
from ganpipe.methods.regularisers.steepness import Steepness


class SpectralNorm(Steepness):
    """Every linear and convolutional layer of the discriminator has the weight W / sigma(W) (eq. 8).

    sigma(W), the largest singular value, is followed by one power iteration after each update of the discriminator, so
    that generator updates and looks ahead see the same discriminator however often they ask it.
    """

    kind: Literal["spectral_norm"] = "spectral_norm"
    source: ClassVar[str] = "Miyato et al. 2018, section 2.1"

    def discriminator(self, network: nn.Module) -> nn.Module:
        return layers.normalise_spectrally(network)

    def after_update(self, networks: dict[str, nn.Module], player: str) -> None:
        if player == "discriminator":
            layers.iterate_spectral_norms(networks["discriminator"])
