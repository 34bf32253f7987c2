"""What an experiment file can say. Its schema for editors is exported by ``ganpipe schema``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ganpipe.errors import GanpipeError
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.part import Spec, one_line

Scale = Literal["smoke", "quick", "paper"]
Fields = dict[str, Any]
Seeds = Annotated[int, Field(ge=1)] | Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]


class Uniform(Spec):
    """Values drawn uniformly from [low, high]."""

    uniform: tuple[float, float]


class LogUniform(Spec):
    """Values whose logarithm is drawn uniformly; 0 < low < high."""

    log_uniform: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]


class Choice(Spec):
    """Values drawn uniformly from a list."""

    choice: Annotated[list[Any], Field(min_length=1)]


class RandomAxes(Spec):
    """Cells drawn at random, the same ones every time."""

    samples: int = Field(ge=1)
    seed: int = Field(0, ge=0)
    fields: dict[str, Uniform | LogUniform | Choice] = Field(min_length=1)


class Axes(Spec):
    """Fields of the specification over which an ablation goes; cells are the product of the three kinds."""

    grid: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field({}, description="every combination")
    zip: dict[str, Annotated[list[Any], Field(min_length=1)]] = Field({}, description="lists of equal length, in step")
    random: RandomAxes | None = None

    @model_validator(mode="after")
    def _lists_match(self) -> Self:
        lengths = {field: len(values) for field, values in self.zip.items()}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"lists in zip must be equally long, got {lengths}")
        return self


class PaperItem(Spec):
    """The table or figure that an experiment regenerates."""

    name: str
    item: str
    section: str | None = None


class Reported(Spec):
    """Where the paper's own numbers stand: a file of config/reported/ and the table within it."""

    file: str
    table: str
    datasets: dict[str, str] = Field({}, description="dataset of this experiment -> dataset as the file names it")


class FigureChoice(Spec):
    """A figure beyond those that every experiment gets, or instead of them."""

    kind: str
    metric: str | None = None
    x: str | None = None
    y: str | None = None


class ScaleSettings(Spec):
    """What one scale changes: ``runs`` is laid over the experiment's, the rest replaces it."""

    note: str = Field(description="what this scale means, printed on every table")
    runs: Fields = {}
    methods: dict[str, Fields | str] | None = None
    axes: Axes | None = None
    exclude: list[Fields] | None = None
    seeds: Seeds | None = None
    protocols: list[str] | None = None
    classifier: str | None = None


class ExperimentFile(Spec):
    """One file of config/experiments/: a table or figure of a paper, or an ablation of one's own."""

    title: str
    description: str = ""
    paper: PaperItem | None = None
    notes: list[str] = []
    runs: Fields = Field({}, description="settings of every run, by path; dataset, networks and method take presets")
    methods: dict[str, Fields | str] = Field({}, description="rows: label -> preset, or settings laid over `runs`")
    axes: Axes = Axes()
    exclude: list[Fields] = Field([], description="cells to leave out: those that agree with all settings of an entry")
    seeds: Seeds
    protocols: Annotated[list[str], Field(min_length=1)]
    classifier: str | None = None
    metrics: list[str] | None = Field(None, description="columns of the table; all of the protocols' by default")
    reported: Reported | None = None
    figures: list[FigureChoice] | None = None
    scales: dict[Scale, ScaleSettings] = Field({}, description="what smoke, quick and paper scale change")

    def at(self, scale: Scale) -> ExperimentFile:
        """The experiment at one scale.

        Raises:
            GanpipeError: the experiment has scales, but not this one.
        """
        if not self.scales:
            return self
        if scale not in self.scales:
            raise GanpipeError(f"scales.{scale}: missing; this experiment has {', '.join(self.scales)}")
        changes = self.scales[scale]
        replaced = {name: value for name, value in changes if name not in ("note", "runs") and value is not None}
        return self.model_copy(update={**replaced, "runs": {**self.runs, **changes.runs}})

    def note(self, scale: Scale) -> str:
        """What the scale means, for the face of a table."""
        return self.scales[scale].note if self.scales else "as written in the experiment's file"

    @property
    def seed_list(self) -> list[int]:
        """The training seeds."""
        return list(range(self.seeds)) if isinstance(self.seeds, int) else list(self.seeds)


def read_experiment(path: Path) -> ExperimentFile:
    """Read and validate an experiment file.

    Raises:
        GanpipeError: one line naming the file, the key and what was expected.
    """
    try:
        experiment = ExperimentFile.parse(read_yaml(path))
    except ValidationError as error:
        raise one_line(error, str(path)) from None
    for where, seeds in {"seeds": experiment.seeds, **{f"scales.{k}.seeds": v.seeds for k, v in experiment.scales.items()}}.items():
        if isinstance(seeds, list) and len(set(seeds)) < len(seeds):
            raise GanpipeError(f"{path}: {where}: {seeds} names a seed twice")
    return experiment
