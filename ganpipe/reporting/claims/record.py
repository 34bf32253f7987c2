"""``claims.parquet``: one row a comparison with all runs behind it, so that a verdict can be traced by any program.

A claim that a scale cannot judge has one row without a comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from ganpipe.parquet import VERSION_KEY, write_parquet
from ganpipe.reporting.claims.effect import Effect
from ganpipe.reporting.claims.judge import JudgedClaim, JudgedComparison, Judgement
from ganpipe.reporting.claims.values import JudgedRow

RUN = pa.struct(
    [
        *(pa.field(name, pa.string()) for name in ("run_id", "evaluation_id")),
        pa.field("seed", pa.int64()),
        pa.field("value", pa.float64()),
        *(pa.field(name, pa.string()) for name in ("status", "commit")),
    ]
)
CLAIMS_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("experiment", "scale", "paper")),
        pa.field("claim", pa.int64()),
        *(pa.field(name, pa.string()) for name in ("text", "where", "basis", "form")),
        pa.field("margin", pa.float64()),
        *(pa.field(name, pa.string()) for name in ("verdict", "dataset", "metric", "protocol")),
        *(pa.field(name, pa.string()) for name in ("first", "second")),
        *(pa.field(f"{name}_mean", pa.float64()) for name in ("first", "second")),
        *(pa.field(f"difference{end}", pa.float64()) for end in ("", "_low", "_high")),
        *(pa.field(f"superiority{end}", pa.float64()) for end in ("", "_low", "_high")),
        *(pa.field(name, pa.float64()) for name in ("p", "adjusted_p", "smallest_p")),
        *(pa.field(name, pa.string()) for name in ("finding", "remark")),
        *(pa.field(f"{name}_runs", pa.list_(RUN)) for name in ("first", "second")),
    ],
    metadata={VERSION_KEY: b"1"},
)


def write_record(judgement: Judgement, path: Path) -> None:
    """Write ``claims.parquet`` in one step."""
    table = pa.Table.from_pylist(list(_rows(judgement)), schema=CLAIMS_SCHEMA)
    write_parquet(table, path, compression="zstd")


def _rows(judgement: Judgement) -> Iterator[dict[str, Any]]:
    experiment = judgement.experiment
    paper = None if experiment.paper is None else experiment.paper.name
    known = {"experiment": experiment.name, "scale": experiment.scale, "paper": paper}
    for place, claim in enumerate(judgement.claims):
        about = {**known, "claim": place, **_claim(claim)}
        yield from [about | _comparison(comparison) for comparison in claim.comparisons] or [about]


def _claim(claim: JudgedClaim) -> dict[str, Any]:
    planned = claim.planned
    return {name: getattr(planned, name) for name in ("text", "where", "basis", "form", "margin")} | {
        "verdict": claim.verdict
    }


def _comparison(comparison: JudgedComparison) -> dict[str, Any]:
    names = ("p", "adjusted_p", "smallest_p", "finding", "remark")
    return {
        **comparison.planned.model_dump(),
        **_effect("difference", comparison.difference),
        **_effect("superiority", comparison.superiority),
        **{name: getattr(comparison, name) for name in names},
        **_row("first", comparison.first),
        **_row("second", comparison.second),
    }


def _effect(name: str, effect: Effect | None) -> dict[str, float | None]:
    low, high = (effect.interval if effect else None) or (None, None)
    return {name: effect.value if effect else None, f"{name}_low": low, f"{name}_high": high}


def _row(name: str, row: JudgedRow) -> dict[str, Any]:
    return {f"{name}_mean": row.mean, f"{name}_runs": [asdict(run) for run in row.runs]}
