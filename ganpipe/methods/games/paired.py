"""What games have in common whose discriminator judges samples together with their latents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ganpipe.late import nn, torch
from ganpipe.methods import encoders  # noqa: F401  (registers every kind)
from ganpipe.methods.encoders.encoder import Encoder
from ganpipe.methods.games.game import Blueprint, Dice, Game, Turn
from ganpipe.networks.joint import joined

if TYPE_CHECKING:
    from torch import Tensor

    from ganpipe.spec.run import RunSpec


class Paired(Game):
    """A pair (x, E(x)) of a real sample counts as real, a pair (G(z), z) as generated."""

    encoder: Encoder

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return {
            "generator": blueprint.generator(),
            "encoder": self.encoder.network(blueprint),
            "discriminator": blueprint.joint_discriminator(),
        }

    def noise(self, dice: Dice, samples: int) -> dict[str, Tensor]:
        return super().noise(dice, samples) | self.encoder.noise(dice, samples)

    def discriminator_loss(self, turn: Turn) -> Tensor:
        """Which pairs are real and which are generated."""
        z = turn.noise["z"]
        with torch.no_grad():
            real = joined(turn.real, self.encoder.encode(turn, turn.real))
            fake = joined(turn.generated(z), z)
        return turn.discriminator_loss(turn.networks["discriminator"], real, fake)

    def identity_on(self, sample_shape: tuple[int, ...]) -> dict[str, Any]:
        # Raised when an image and its latent are judged by another network; runs on points keep their names.
        return {"joint_images": 2} if len(sample_shape) == 3 else {}

    def encode(self, turn: Turn) -> Tensor:
        return self.encoder.encode(turn, turn.real)

    def refuses(self, run: RunSpec) -> str | None:
        reason = self.encoder.refuses(run)
        return reason and f"with a {self.encoder.kind} encoder {reason}"
