"""What an experiment file can say. Its schema for editors is exported by ``ganpipe schema``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ganpipe.errors import GanpipeError
from ganpipe.plan.axes import Axes, distinct
from ganpipe.plan.claims import Claim
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec

Scale = Literal["smoke", "quick", "paper"]
Fields = dict[str, Any]
Label = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
Rows = dict[Label, Fields | str]
Exclusions = list[Annotated[Fields, Field(min_length=1)]]
Names = Annotated[list[str], Field(min_length=1), AfterValidator(distinct)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
SeedList = Annotated[list[Seed], Field(min_length=1), AfterValidator(distinct)]
Seeds = Annotated[int, Field(ge=1)] | SeedList


class PaperItem(Spec):
    """The table or figure that an experiment regenerates."""

    name: str = Field(pattern=r"^[A-Za-z]\w*$", description="one word: `snakemake all_<name>` makes the paper")
    item: str
    section: str | None = None


class Reported(Spec):
    """Where the paper's own numbers stand: a file of config/reported/ and the table within it."""

    file: str
    table: str
    datasets: dict[str, str] = Field({}, description="dataset of this experiment -> dataset as the file names it")


class FigureChoice(Spec):
    """A figure instead of those that the form of the experiment suggests."""

    kind: Literal["comparison", "samples", "curves", "losses", "heatmap", "marginals"]
    metric: str | None = Field(None, description="of a heatmap or marginals; the primary one by default")
    x: str | None = Field(None, description="axis of a heatmap")
    y: str | None = Field(None, description="axis of a heatmap")

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> Self:
        takes = {"heatmap": {"metric", "x", "y"}, "marginals": {"metric"}}.get(self.kind, set())
        given = {name for name in ("metric", "x", "y") if getattr(self, name) is not None}
        if excess := sorted(given - takes):
            raise ValueError(f"{self.kind} takes no {excess[0]}")
        if missing := sorted((takes - {"metric"}) - given):
            raise ValueError(f"{self.kind} needs {' and '.join(missing)}")
        return self


class ScaleSettings(Spec):
    """What one scale changes: ``runs`` is laid over the experiment's, the rest replaces it."""

    note: str = Field(description="what this scale means, printed on every table")
    runs: Fields = Field({}, description="settings of every run at this scale, by path")
    methods: Rows | None = None
    axes: Axes | None = None
    exclude: Exclusions | None = None
    seeds: Seeds | None = None
    protocols: Names | None = None
    classifier: str | None = None


class ExperimentFile(Spec):
    """One file of config/experiments/: a table or figure of a paper, or an ablation of one's own."""

    title: str
    description: str = ""
    paper: PaperItem | None = None
    notes: list[str] = Field([], description="what a reader of the table must know")
    runs: Fields = Field({}, description="settings of every run, by path; dataset, networks and method take presets")
    methods: Rows = Field({}, description="rows: label -> preset, or settings laid over `runs`")
    axes: Axes = Axes()
    exclude: Exclusions = Field([], description="cells to leave out: those that agree with all settings of an entry")
    seeds: Seeds
    protocols: Names
    classifier: str | None = None
    metrics: Names | None = Field(None, description="columns of the table; all of the protocols' by default")
    reported: Reported | None = None
    claims: list[Claim] = Field([], description="the paper's comparative statements, to be judged from the runs")
    figures: list[FigureChoice] | None = None
    scales: dict[Scale, ScaleSettings] = Field({}, description="what smoke, quick and paper scale change")

    def at(self, scale: Scale, where: str) -> ExperimentFile:
        """The experiment at one scale.

        Args:
            where: the file, for errors.

        Raises:
            GanpipeError: the experiment has scales, but not this one.
        """
        if not self.scales:
            return self
        if scale not in self.scales:
            raise GanpipeError(f"{where}: scales.{scale}: missing; this experiment has {', '.join(self.scales)}")
        changes = self.scales[scale]
        replaced = {name: value for name, value in changes if name not in ("note", "runs") and value is not None}
        return self.model_copy(update={**replaced, "runs": _over(self.runs, changes.runs)})

    def note(self, scale: Scale) -> str:
        """What the scale means, for the face of a table."""
        return self.scales[scale].note if self.scales else "as written in the experiment's file"

    @property
    def all_protocols(self) -> list[str]:
        """The protocols of every scale."""
        of_scales = [name for settings in self.scales.values() for name in settings.protocols or ()]
        return list(dict.fromkeys([*self.protocols, *of_scales]))

    @property
    def seed_list(self) -> list[int]:
        """The training seeds."""
        return list(range(self.seeds)) if isinstance(self.seeds, int) else list(self.seeds)


def _over(settings: Fields, changes: Fields) -> Fields:
    """``changes`` laid over ``settings``; a group that is changed as a whole loses what was said about its parts."""
    kept = {path: value for path, value in settings.items() if not any(path.startswith(f"{over}.") for over in changes)}
    return {**kept, **changes}


def experiment_files(config: Path) -> dict[str, Path]:
    """Name of each experiment of a configuration folder -> its file.

    Raises:
        GanpipeError: a file's name cannot be the name of a target.
    """
    files = [path for path in sorted((config / "experiments").glob("*.y*ml")) if not path.name.startswith(".")]
    for path in files:
        if not re.fullmatch(r"[A-Za-z]\w*\.yaml", path.name, re.ASCII):
            raise GanpipeError(
                f"{path}: an experiment's file is called <name>.yaml, with letters, digits and _ in its name"
            )
    return {path.stem: path for path in files}


def read_experiment(path: Path) -> ExperimentFile:
    """Read and validate an experiment file.

    Raises:
        GanpipeError: one line naming the file, the key and what was expected.
    """
    return validated(ExperimentFile, read_yaml(path), str(path))
