"""What an experiment file can say. Its schema for editors is exported by ``ganpipe schema``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.plan.axes import Axes, distinct
from ganpipe.plan.claims import Claim
from ganpipe.plan.figures import AnyFigure
from ganpipe.plan.pairs import with_pairs
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec

Scale = Literal["smoke", "quick", "paper"]
Fields = dict[str, Any]
Label = Annotated[str, Field(pattern=r"^\S(.*\S)?$")]
Rows = dict[Label, Fields | str]
Exclusions = list[Annotated[Fields, Field(min_length=1)]]
Names = Annotated[list[str], Field(min_length=1), AfterValidator(distinct)]
Protocols = Names | Annotated[dict[str, Names], Field(min_length=1)]
Seed = Annotated[int, Field(ge=0, lt=2**63)]
SeedList = Annotated[list[Seed], Field(min_length=1), AfterValidator(distinct)]
Seeds = Annotated[int, Field(ge=1, le=10_000, description="how many, from 0")] | SeedList

# What an experiment takes over from the one that it extends: what is run, not what is said about it.
INHERITED = ("runs", "methods", "pairs", "axes", "exclude", "seeds", "protocols", "classifier", "scales")


class PaperItem(Spec):
    """The table or figure that an experiment regenerates."""

    name: str = Field(
        pattern=r"^[A-Za-z]\w*$", description="one word: `snakemake all_<name>`, in lower case, makes the paper"
    )
    item: str
    section: str | None = None


class ReportedTable(Spec):
    """Where the paper's own numbers stand: a file of config/reported/ and the table within it."""

    file: str
    table: str
    datasets: dict[str, str] = Field({}, description="dataset of this experiment -> dataset as the file names it")


def _note_may_be_inherited(schema: dict[str, Any]) -> None:
    """In the schema for editors, which see one file: the experiment that it extends may have the note."""
    schema["required"].remove("note")


class ScaleSettings(Spec):
    """What one scale changes: ``runs`` is laid over the experiment's, the rest replaces it."""

    model_config = ConfigDict(json_schema_extra=_note_may_be_inherited)

    note: str = Field(description="what this scale means, printed on every table")
    reduced: bool = Field(
        False, description="of paper scale: less is spent than the paper did, so no verdict supports or contradicts it"
    )
    runs: Fields = Field({}, description="settings of every run at this scale, by path")
    methods: Rows | None = None
    axes: Axes | None = None
    exclude: Exclusions | None = None
    seeds: Seeds | None = None
    protocols: Protocols | None = None
    classifier: str | None = None


def _optional_when_extending(schema: dict[str, Any]) -> None:
    """In the schema for editors: what an experiment must say, it may also take over from another."""
    inherited = [name for name in schema["required"] if name in INHERITED]
    schema["required"] = [name for name in schema["required"] if name not in INHERITED]
    schema["anyOf"] = [{"required": inherited}, {"required": ["extends"]}]


class ExperimentFile(Spec):
    """One file of config/experiments/: a table or figure of a paper, or an ablation of one's own."""

    model_config = ConfigDict(json_schema_extra=_optional_when_extending)

    title: str
    description: str = ""
    paper: PaperItem | None = None
    notes: list[str] = Field([], description="what a reader of the table must know")
    extends: str | None = Field(None, description="an experiment whose runs hold here, where this says nothing else")
    runs: Fields = Field({}, description="settings of every run, by path; dataset, networks and method take presets")
    methods: Rows = Field({}, description="rows: label -> preset, or settings laid over `runs`")
    pairs: Names = Field([], description="rows of which every two that can go together make one more, `A + B`")
    axes: Axes = Axes()
    exclude: Exclusions = Field([], description="cells to leave out: those that agree with all settings of an entry")
    seeds: Seeds
    protocols: Protocols = Field(description="how runs are evaluated; where datasets differ, a list for each dataset")
    classifier: str | None = None
    metrics: Names | None = Field(None, description="columns of the table; all of the protocols' by default")
    reported: ReportedTable | None = None
    claims: list[Claim] = Field([], description="the paper's comparative statements, to be judged from the runs")
    figures: list[AnyFigure] | None = None
    scales: dict[Scale, ScaleSettings] = Field({}, description="what smoke, quick and paper scale change")

    @model_validator(mode="after")
    def _has_pairs_to_draw(self) -> Self:
        if not self.pairs and any(figure.kind == "pairs" for figure in self.figures or ()):
            raise ValueError("figures: pairs draws what `pairs` combines, and there is none")
        return self

    @model_validator(mode="after")
    def _only_paper_scale_is_reduced(self) -> Self:
        for scale, settings in self.scales.items():
            if settings.reduced and scale != "paper":
                raise ValueError(f"scales.{scale}: takes no reduced: only paper scale promises the paper's budget")
        return self

    def at(self, scale: Scale, where: str) -> ExperimentFile:
        """The experiment at one scale.

        Args:
            where: the file, for errors.

        Raises:
            GanpipeError: the experiment has scales, but not this one.
        """
        if not self.scales:
            return self._with_pairs(where)
        if scale not in self.scales:
            raise GanpipeError(f"{where}: scales.{scale}: missing; this experiment has {', '.join(self.scales)}")
        changes = self.scales[scale]
        said = ("note", "reduced", "runs")
        replaced = {name: value for name, value in changes if name not in said and value is not None}
        return self.model_copy(update={**replaced, "runs": _over(self.runs, changes.runs)})._with_pairs(where)

    def _with_pairs(self, where: str) -> ExperimentFile:
        return self.model_copy(update={"methods": with_pairs(self.methods, self.pairs, where), "pairs": []})

    def note(self, scale: Scale) -> str:
        """What the scale means, for the face of a table."""
        return self.scales[scale].note if self.scales else "as written in the experiment's file"

    def reduced(self, scale: Scale) -> bool:
        """Whether a paper scale spends less than the paper did."""
        return scale in self.scales and self.scales[scale].reduced

    @property
    def all_protocols(self) -> list[str]:
        """The protocols of every scale."""
        everywhere = [self.protocols, *(settings.protocols or [] for settings in self.scales.values())]
        return list(dict.fromkeys(name for protocols in everywhere for name in _names(protocols)))

    def protocols_of(self, dataset: str) -> list[str]:
        """The protocols of the runs on a dataset; none where only others are spoken of."""
        return self.protocols if isinstance(self.protocols, list) else self.protocols.get(dataset, [])

    @property
    def seed_list(self) -> list[int]:
        """The training seeds."""
        return list(range(self.seeds)) if isinstance(self.seeds, int) else list(self.seeds)


def _names(protocols: list[str] | dict[str, list[str]]) -> list[str]:
    return protocols if isinstance(protocols, list) else [name for names in protocols.values() for name in names]


def _over(settings: Fields, changes: Fields) -> Fields:
    """``changes`` laid over ``settings``; a group that is changed as a whole loses what was said about its parts."""
    kept = {path: value for path, value in settings.items() if not any(path.startswith(f"{over}.") for over in changes)}
    return {**kept, **changes}


def experiment_files(config: Path) -> dict[str, Path]:
    """Name of each experiment of a configuration folder -> its file.

    Raises:
        GanpipeError: there is no folder of experiments, or a file's name cannot be the name of a target.
    """
    folder = config / "experiments"
    if not folder.is_dir():
        raise GanpipeError(f"{folder}: no such folder")
    files = [path for path in sorted(folder.glob("*.y*ml")) if not path.name.startswith(".")]
    for path in files:
        if not re.fullmatch(r"[A-Za-z]\w*\.yaml", path.name, re.ASCII):
            raise GanpipeError(
                f"{path}: an experiment's file is called <name>.yaml, with letters, digits and _ in its name"
            )
    return {path.stem: path for path in files}


def read_experiment(path: Path) -> ExperimentFile:
    """Read and validate an experiment file, with what it takes over from the experiment that it extends.

    Raises:
        GanpipeError: one line naming the file, the key and what was expected.
    """
    return validated(ExperimentFile, _content(path), str(path))


def _content(path: Path, *extending: Path) -> Any:
    """What a file says and takes over; ``extending`` are the files that led to it."""
    own = read_yaml(path)
    if not isinstance(own, dict) or not isinstance(own.get("extends"), str):
        return own
    base = path.parent / f"{own['extends']}.yaml"
    if base.parent != path.parent or not base.is_file():
        near = suggestion(own["extends"], [file.stem for file in path.parent.glob("*.yaml")])
        raise GanpipeError(f"{path}: extends: {base} does not exist{near}")
    if base in (path, *extending):
        raise GanpipeError(f"{path}: extends: {base} extends this file")
    inherited = _content(base, path, *extending)
    validated(ExperimentFile, inherited, str(base))  # its mistakes are told in its own name
    taken = {key: inherited[key] for key in INHERITED if key in inherited}
    merged = _laid_over(taken, own)
    scales = own.get("scales", {})
    if isinstance(scales, dict):
        # What this file says holds at every scale where it says nothing else, so it replaces what a scale would bring.
        kept = {
            scale: {key: value for key, value in settings.items() if key == "runs" or key not in own}
            for scale, settings in taken.get("scales", {}).items()
        }
        both = {**kept, **scales}
        merged["scales"] = {scale: _laid_over(kept.get(scale, {}), scales.get(scale, {})) for scale in both}
    return merged


def _laid_over(taken: Fields, own: Any) -> Any:
    """``own`` and what it does not say, its ``runs`` laid over. What is malformed is left for validation to name."""
    if not isinstance(own, dict):
        return own
    runs = own.get("runs", {})
    return {**taken, **own, "runs": _over(taken.get("runs", {}), runs) if isinstance(runs, dict) else runs}
