"""What is to be judged: ``claims.json``, which the planner writes beside ``experiment.json``, read and validated."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json
from ganpipe.reporting.experiment import Experiment, MetricColumn
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec

SCHEMA = 1


class PlannedComparison(Spec):
    """Two rows of the table on one dataset and metric; ``first`` is the one that is claimed to be better."""

    dataset: str
    metric: str
    protocol: str
    first: str
    second: str

    @property
    def column(self) -> MetricColumn:
        """The column of the table that is compared."""
        return MetricColumn(metric=self.metric, protocol=self.protocol)


class PlannedClaim(Spec):
    """A statement of the paper and all that it says.

    Attributes:
        basis: ``text`` when quoted from the paper, ``table`` when it puts the paper's numbers in words.
        form: ``better``: the first row of every comparison is; ``not_worse``: it is not worse by more than ``margin``;
            ``similar``: no two differ by more than it.
        margin: differences up to it count as a tie, in the metric's own unit.
        absent: rows and datasets that this scale lacks, for which nothing is compared.
    """

    text: str
    where: str
    basis: Literal["text", "table"]
    form: Literal["better", "not_worse", "similar"]
    margin: float = Field(ge=0)
    absent: tuple[str, ...]
    comparisons: tuple[PlannedComparison, ...]


class _File(Spec):
    schema_version: Literal[1] = Field(alias="schema")
    claims: tuple[PlannedClaim, ...]


def read_claims(path: Path, experiment: Experiment) -> tuple[PlannedClaim, ...]:
    """Read and check a ``claims.json``.

    Raises:
        GanpipeError: one line with the file and the key: not JSON, another schema version, or a comparison of rows that
            the experiment does not have.
    """
    content = read_json(path)
    version = content.get("schema") if isinstance(content, dict) else None
    if version != SCHEMA:
        raise GanpipeError(f"{path}: schema: this version of ganpipe reads schema {SCHEMA}, the file has {version!r}")
    claims = validated(_File, content, str(path)).claims
    for place, claim in enumerate(claims):
        for comparison in claim.comparisons:
            for row in (comparison.first, comparison.second):
                runs = experiment.cells.get((comparison.dataset, row), ())
                if not any(comparison.protocol in run.evaluations for run in runs):
                    where = f"{comparison.dataset!r} under {comparison.protocol!r}"
                    raise GanpipeError(f"{path}: claims.{place}: {row!r} has no run on {where}")
    return claims
