"""A run: everything that decides its result, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from ganpipe import data  # noqa: F401  (registers every kind)
from ganpipe.data.dataset import Dataset
from ganpipe.errors import GanpipeError
from ganpipe.files import read_json
from ganpipe.spec.explain import validated
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.part import Spec, canonical, digest
from ganpipe.spec.training import Training

ENGINE_VERSION = 1
"""Raised when the training loop computes something else from the same specification."""


class RunSpec(Spec):
    """The specification of one training run."""

    dataset: Dataset
    networks: Networks
    method: Method = Method()
    training: Training
    seed: int = Field(0, ge=0, lt=2**63)

    @property
    def content(self) -> dict[str, Any]:
        """What decides the result, as plain data."""
        content: dict[str, Any] = canonical(self)
        return content | self.method.game.identity_on(self.dataset.sample_shape)

    @property
    def run_id(self) -> str:
        """The run's identity: equal specifications are one run, wherever they are asked for."""
        return _run_id(self.content)

    def with_seeds(self, seeds: Iterable[int]) -> Iterator[tuple[str, RunSpec]]:
        """The same run with other seeds, each behind its identity; quicker than to ask each for its own."""
        content = self.content
        default = type(self).model_fields["seed"].default
        for seed in seeds:
            own = {name: setting for name, setting in content.items() if name != "seed"}
            own |= {"seed": seed} if seed != default else {}
            yield _run_id(own), self.model_copy(update={"seed": seed})

    @property
    def dataset_id(self) -> str:
        """The identity of the prepared dataset."""
        return digest(canonical(self.dataset))

    def refuses(self) -> str | None:
        """A sentence that says why these parts cannot go together; None when they can."""
        shape = self.dataset.sample_shape
        generator, discriminator = self.networks.generator, self.networks.discriminator
        if reason := generator.refuses(shape):
            return f"networks.generator: {generator.kind} {reason}"
        if reason := discriminator.refuses(shape):
            return f"networks.discriminator: {discriminator.kind} {reason}"
        if self.networks.latent_distribution != "normal" and self.networks.noise_dim(shape, training=True):
            return (
                f"networks.generator: {generator.kind} takes normal noise beside its latents, which must be like it; "
                "set networks.latent_distribution: normal"
            )
        if self.networks.encoder is not None and (reason := self.networks.encoder.refuses(shape)):
            return f"networks.encoder: {self.networks.encoder.kind} {reason}"
        for player in self.training.players:
            if player not in self.method.players:
                return f"training.players: {player} does not play; players are {', '.join(self.method.players)}"
        trained = [name for player in self.method.players.values() for name in player.networks]
        for network in self.training.learning_rates:
            if network not in trained:
                return f"training.learning_rates: {network} is not trained; networks are {', '.join(trained)}"
        if reason := self.method.refuses(self):
            return f"method: {reason}"
        return None


def _run_id(content: dict[str, Any]) -> str:
    return digest({"engine": ENGINE_VERSION, "run": content})


def read_run_spec(path: Path) -> RunSpec:
    """Read a specification that the planner wrote, or one written by hand.

    Raises:
        GanpipeError: one line naming the file and the key, or why the parts cannot go together.
    """
    spec = validated(RunSpec, read_json(path), str(path))
    if reason := spec.refuses():
        raise GanpipeError(f"{path}: {reason}")
    return spec
