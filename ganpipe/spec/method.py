"""A method: one part of each kind."""

from __future__ import annotations

from ganpipe.methods import games, judges, objectives  # noqa: F401  (registers every kind)
from ganpipe.methods.games.game import Game
from ganpipe.methods.games.gan import GAN
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.single import Single
from ganpipe.methods.objectives.non_saturating import NonSaturating
from ganpipe.methods.objectives.objective import Objective
from ganpipe.spec.part import Spec


class Method(Spec):
    """What a paper proposes, as a composition: PacGAN is the GAN game with a packed judge."""

    game: Game = GAN()
    judge: Judge = Single()
    objective: Objective = NonSaturating()
