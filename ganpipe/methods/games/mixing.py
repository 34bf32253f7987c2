"""What games have in common whose discriminator sees real and generated data mixed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ganpipe.late import nn
from ganpipe.methods.games.game import Blueprint, Game, Player

if TYPE_CHECKING:
    from ganpipe.spec.run import RunSpec


class Mixing(Game):
    """The discriminator tells how much of what it sees is real; the generator is judged in the same mixtures."""

    @property
    def players(self) -> Mapping[str, Player]:
        return {
            "discriminator": Player(networks=("discriminator",), sees_real=True),
            "generator": Player(networks=("generator",), sees_real=True),
        }

    def networks(self, blueprint: Blueprint) -> dict[str, nn.Module]:
        return {"generator": blueprint.generator(), "discriminator": blueprint.discriminator()}

    def refuses(self, run: RunSpec) -> str | None:
        if not run.method.objective.log_odds:
            return (
                "asks the discriminator for a share between 0 and 1, which a critic does not tell; "
                "set objective: {kind: non_saturating} or {kind: minimax}"
            )
        return None
