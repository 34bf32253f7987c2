"""How long, with what batches and what optimiser a run trains."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, field_validator, model_validator

from ganpipe.spec.part import Spec

Beta = Annotated[float, Field(ge=0, lt=1)]
Betas = tuple[Beta, Beta]
Precision = Literal["float32", "tf32", "bfloat16"]


class PlayerTraining(Spec):
    """What one player does differently; None means as the rest."""

    updates: int = Field(1, ge=1, description="updates in each step")
    learning_rate: float | None = Field(None, gt=0)
    betas: Betas | None = None


class Training(Spec):
    """The schedule of a run. In each step every player moves in turn, as often as its ``updates`` say."""

    steps: int = Field(ge=1, lt=2**63)
    batch_size: int = Field(
        ge=1, description="logits in one update: samples, packs or sets, as the method's paper counts them"
    )
    learning_rate: float = Field(2e-4, gt=0, description="of Adam")
    betas: Betas = Field((0.5, 0.999), description="of Adam")
    players: dict[str, PlayerTraining] = Field({}, description="settings of single players, by name")
    learning_rates: dict[str, PositiveFloat] = Field(
        {}, description="of single networks, by name; of their player otherwise"
    )
    simultaneous: bool = Field(
        False,
        description="all players move at once, from the same samples and latents, as in the code of ALI and PacGAN",
    )
    shared_latents: bool = Field(
        False, description="all updates of one step use the same latents, as in the released code of PacGAN"
    )
    ema_decay: float | None = Field(
        None, gt=0, lt=1, description="evaluate an exponential moving average of the generator's weights"
    )
    precision: Precision = Field(
        "float32",
        description="of the factors in matrix products and convolutions; tf32 keeps 10 bits of them on GPUs and all on "
        "CPUs, bfloat16 keeps 7 anywhere",
    )
    snapshots: Annotated[int, Field(ge=1, le=10_000)] | Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = Field(
        1,
        description="how many copies of the networks to keep, evenly spaced, or after which steps; the last is the end",
    )

    @field_validator("players")
    @classmethod
    def _without_empty_ones(cls, players: dict[str, PlayerTraining]) -> dict[str, PlayerTraining]:
        # A player of whom nothing is said is the same run as one who is not named.
        return {name: player for name, player in players.items() if player != PlayerTraining()}

    @model_validator(mode="after")
    def _snapshots_lead_to_the_end(self) -> Self:
        if isinstance(self.snapshots, tuple):
            ascending = all(before < after for before, after in pairwise(self.snapshots))
            if not ascending or self.snapshots[-1] != self.steps:
                raise ValueError(f"snapshots: should ascend and end with steps, {self.steps}; got {[*self.snapshots]}")
        return self

    @model_validator(mode="after")
    def _simultaneous_moves_are_one_each(self) -> Self:
        if self.simultaneous:
            if many := [name for name, player in self.players.items() if player.updates != 1]:
                raise ValueError(f"simultaneous: all move once a step, but players.{many[0]} asks for several updates")
            if self.shared_latents:
                raise ValueError("simultaneous: all move from the same latents in any case; leave out shared_latents")
        return self

    def player(self, name: str) -> PlayerTraining:
        """The settings of one player."""
        return self.players.get(name, PlayerTraining())

    @property
    def snapshot_steps(self) -> list[int]:
        """The steps after which the networks are kept, ascending; the last is ``steps``."""
        if isinstance(self.snapshots, tuple):
            return list(self.snapshots)
        return sorted({round(self.steps * (index + 1) / self.snapshots) for index in range(self.snapshots)} - {0})
