"""config/config.yaml: what to run, at which scale, and where source files lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from ganpipe.plan.experiment import Scale
from ganpipe.spec.part import Spec, one_line


class Settings(Spec):
    """What ``config/config.yaml`` and ``snakemake --config`` can say."""

    scale: Scale = Field("quick", description="how much of each experiment is run: smoke, quick or paper")
    experiments: list[str] = Field([], description="what `snakemake` builds when no target is named")
    mnist_dir: Path | None = Field(None, description="folder with MNIST's four idx files; downloaded when null", strict=False)
    checkpoint_every: float = Field(60.0, gt=0, description="seconds between two checkpoints of a run")


def parse_settings(content: Any, where: str) -> Settings:
    """Validate settings.

    Raises:
        GanpipeError: one line naming the key.
    """
    try:
        return Settings.parse(content or {})
    except ValidationError as error:
        raise one_line(error, where) from None
