"""config/config.yaml: what to run, at which scale, and where source files lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from ganpipe.errors import GanpipeError, suggestion
from ganpipe.evaluation.presets import ORIGINS
from ganpipe.plan.axes import distinct
from ganpipe.plan.experiment import Scale
from ganpipe.plan.yaml_file import read_yaml
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec
from ganpipe.training.device import DeviceChoice

SETTINGS = "config.yaml"


def _known_origins(folders: dict[str, str]) -> dict[str, str]:
    for name in folders:
        if name not in ORIGINS:
            message = f"{name!r} are no source files of a dataset{suggestion(name, ORIGINS)}"
            raise PydanticCustomError("origin", "{message}", {"message": message})
    return folders


def _spelt(value: object) -> object:
    """Snakemake's command line takes ``True`` for a truth value and ``true`` for a word."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


class Settings(Spec):
    """What ``config/config.yaml`` and ``snakemake --config`` can say."""

    scale: Scale = Field("quick", description="how much of each experiment is run: smoke, quick or paper")
    experiments: Annotated[list[str], AfterValidator(distinct)] = Field(
        [], description="what `snakemake` builds when no target is named"
    )
    raw: Annotated[dict[str, str], AfterValidator(_known_origins)] = Field(
        {}, description="name of source files -> folder that holds them; what is not here is downloaded when needed"
    )
    mnist_dir: str | None = Field(None, description="the same as `mnist` under `raw`")
    stand_ins: Annotated[dict[str, str], AfterValidator(_known_origins)] = Field(
        {}, description="name of source files -> folder of small files in their format that stand in for them"
    )
    checkpoint_every: float = Field(60.0, gt=0, description="seconds between two checkpoints of a run")
    device: DeviceChoice = Field("auto", description="what computes: cpu, cuda, or auto, a GPU where there is one")
    runs_per_gpu: int = Field(1, ge=1, description="jobs that share a GPU of a workstation")
    cuda_graphs: Annotated[bool, BeforeValidator(_spelt)] = Field(
        False, description="whether steps on a GPU are replayed from a recording of one"
    )

    @model_validator(mode="after")
    def _real_or_standing_in(self) -> Self:
        real = {*self.raw, *(["mnist"] if self.mnist_dir else [])}
        if both := sorted(real & self.stand_ins.keys()):
            raise ValueError(f"{both[0]} has a folder of its own files and one of stand-ins; keep one of the two")
        return self


def read_settings(path: Path, overrides: Mapping[str, Any]) -> Settings:
    """The settings of ``config.yaml`` with those of the command line laid over them.

    Raises:
        GanpipeError: one line naming the file, or the command line, and the key.
    """
    content = read_yaml(path)
    if content is None:  # Snakemake, which reads it too, does not take it
        raise GanpipeError(f"{path}: says nothing; `{{}}` leaves everything at its default")
    validated(Settings, content, str(path))
    validated(Settings, overrides, "command line")
    return validated(Settings, {**content, **overrides}, str(path))
