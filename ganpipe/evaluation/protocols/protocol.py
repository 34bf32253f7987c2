"""What an evaluation protocol is: everything that a number depends on beside the run, under one name.

A protocol measures every snapshot of a run with the same latents. Those rows are the curves; the headline is their mean
over the last ``late`` snapshots.
"""

from __future__ import annotations

import time
import typing
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from ganpipe.data.dataset import Dataset
from ganpipe.data.origin import Origin
from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, write_json
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.part import Part, digest

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from ganpipe.evaluation.networks.classifier import Classifier
    from ganpipe.spec.method import Method
    from ganpipe.spec.networks import Networks


WORTH_KEEPING = 5.0
"""Seconds of measuring from which on the rows of a snapshot are kept for a process that goes on with the evaluation."""


@dataclass(frozen=True)
class Measurement:
    """One number.

    Attributes:
        metric: a name in :data:`ganpipe.evaluation.metrics.METRICS`.
        step: training step of the snapshot; None for the headline.
        value: None where the metric is undefined, e.g. the reverse KL of a run without any sample near a mode.
        n: number of samples behind one value (of one snapshot, of one set).
        error: standard error from the finite number of evaluation samples, or the standard deviation over sets of them
            where a protocol draws several; None when unknown.
        floor: what an ideal sampler of the reference is expected to score under this protocol; None when unknown.
    """

    metric: str
    step: int | None
    value: float | None
    n: int
    error: float | None = None
    floor: float | None = None


class Sampler(typing.Protocol):
    """A generator frozen at one snapshot."""

    def sample(self, rng: np.random.Generator, count: int, *, batch_statistics: bool = False) -> Tensor:
        """``count`` samples, float32 [count, *sample_shape], drawn with ``rng``."""


class DensityModel(typing.Protocol):
    """A generator frozen at one snapshot, with learned noise: x | z ~ N(mean(z), diag sigma^2), z ~ N(0, I)."""

    @property
    def mean(self) -> Callable[[Tensor], Tensor]:
        """Latents [n, latent_dim] -> [n, *sample_shape]; each row by itself."""

    @property
    def sigma(self) -> Tensor:
        """[*sample_shape], above 0."""

    @property
    def latent_dim(self) -> int: ...

    def encoder(self) -> nn.Module:
        """A new network [n, *sample_shape] -> [n, 2 latent_dim], on the host."""


class EvaluatedSpec(typing.Protocol):
    """What an evaluation reads from the specification of a run."""

    @property
    def dataset(self) -> Dataset: ...

    @property
    def networks(self) -> Networks: ...

    @property
    def method(self) -> Method: ...

    @property
    def seed(self) -> int: ...


class EvaluatedRun(typing.Protocol):
    """What an evaluation needs of a finished run; :class:`ganpipe.training.run.FinishedRun` is one."""

    @property
    def run_id(self) -> str: ...

    @property
    def spec(self) -> EvaluatedSpec: ...

    @property
    def status(self) -> str:
        """``complete`` or ``diverged``."""

    @property
    def steps(self) -> list[int]:
        """Steps of the snapshots, ascending; the last is the final step."""

    @property
    def result(self) -> dict[str, Any]:
        """The content of the run's result.json."""

    def sampler(self, step: int, device: torch.device) -> Sampler: ...

    def density(self, step: int, device: torch.device) -> DensityModel:
        """For runs whose method learns one."""


@dataclass(frozen=True)
class Context:
    """A run with all that its evaluation may look at.

    Attributes:
        data_folder: the prepared dataset of the run.
        classifier: names the modes of images; None for protocols that need none.
        weights: folder of a published network's weights; None where there is none.
        picture: where a protocol may leave a PNG for people to look at; None for nowhere.
        scratch: folder where a long evaluation may keep what it has, for a process that goes on with it when this one
            is killed; it need not be there. None for nowhere.
    """

    run: EvaluatedRun
    data_folder: Path
    classifier: Classifier | None
    device: torch.device
    weights: Path | None = None
    picture: Path | None = None
    scratch: Path | None = None

    @property
    def dataset(self) -> Dataset:
        return self.run.spec.dataset

    def scratch_path(self, name: str) -> Path | None:
        """A file or folder of ``scratch``; None for nowhere. Another training of the run does not find it."""
        return None if self.scratch is None else self.scratch / f"{digest(self.run.result)}-{name}"

    def batches(
        self, step: int, count: int, batch_size: int, *, set_index: int = 0, batch_statistics: bool = False
    ) -> Iterator[Tensor]:
        """``count`` samples of the snapshot at ``step``, float32 [<= batch_size, *sample_shape] at a time.

        The latents depend on the seed of the run and on ``set_index``, not on the step.
        """
        sampler = self.run.sampler(step, self.device)
        rng = generator(self.run.spec.seed, Purpose.EVALUATION, draw=set_index)
        for start in range(0, count, batch_size):
            yield sampler.sample(rng, min(batch_size, count - start), batch_statistics=batch_statistics)


class Protocol(Part):
    """How a run becomes numbers. One file a kind; the named protocols are in ``presets.py``.

    Attributes:
        late: number of last snapshots over which the headline is averaged.
        batch_statistics: sample with batch norm in training mode instead of with its population statistics.
    """

    late: int = Field(1, ge=1)
    batch_statistics: bool = False

    @property
    @abstractmethod
    def metrics(self) -> tuple[str, ...]:
        """The metrics that the protocol yields, in order."""

    @property
    def needs_classifier(self) -> bool:
        """Whether it needs the classifier that names the dataset's modes."""
        return False

    @property
    def origin(self) -> Origin | None:
        """The published weights that it reads; None when it needs none."""
        return None

    @abstractmethod
    def applies_to(self, dataset: Dataset) -> str | None:
        """A sentence that says why the protocol does not fit ``dataset``; None when it does."""

    def refuses(self, run: EvaluatedSpec) -> str | None:
        """A sentence that says why the protocol does not fit a run; None when it does."""
        return self.applies_to(run.dataset)

    def measured_steps(self, steps: list[int]) -> list[int]:
        """The snapshots to measure, of those that there are: all, unless curves would cost too much."""
        return steps

    @abstractmethod
    def measure(self, context: Context, step: int) -> list[Measurement]:
        """One measurement a metric, of the snapshot at ``step``."""

    def evaluate(self, context: Context) -> list[Measurement]:
        """The headline rows, then the rows of every snapshot that is measured.

        Raises:
            GanpipeError: the run has fewer snapshots than the headline averages.
        """
        if len(context.run.steps) < self.late:
            raise GanpipeError(
                f"run {context.run.run_id}: the protocol averages the last {self.late} snapshots, "
                f"the run has {len(context.run.steps)}"
            )
        rows = [row for step in self.measured_steps(context.run.steps) for row in self._measured(context, step)]
        return headline(rows, self.late) + rows

    def _measured(self, context: Context, step: int) -> list[Measurement]:
        """:meth:`measure`, or what an interrupted evaluation left of it."""
        path = context.scratch_path(f"rows-{step:08d}.json")
        if path is not None and path.exists():
            return [Measurement(**row) for row in read_json(path)]
        started = time.monotonic()
        rows = self.measure(context, step)
        if path is not None and time.monotonic() - started > WORTH_KEEPING:
            write_json(path, [asdict(row) for row in rows])
        return rows


def headline(rows: list[Measurement], late: int) -> list[Measurement]:
    """One row a metric: the mean over the last ``late`` snapshots.

    A mean with an undefined member is undefined. The error is the mean of the errors, an upper bound: the snapshots
    share their latents, so their errors are not independent and do not shrink as 1 / sqrt(late).
    """
    latest: dict[str, list[Measurement]] = {}
    for row in rows:
        latest.setdefault(row.metric, []).append(row)
    return [
        Measurement(
            metric,
            step=None,
            value=_mean([row.value for row in of_metric[-late:]]),
            n=of_metric[-1].n,
            error=_mean([row.error for row in of_metric[-late:]]),
            floor=_mean([row.floor for row in of_metric[-late:]]),
        )
        for metric, of_metric in latest.items()
    ]


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None
