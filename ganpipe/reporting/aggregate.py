"""From one small file an evaluation to one tidy table an experiment: ``metrics.parquet``.

A row is one metric of one run under one protocol, at one step or (step null) as the protocol's headline. Every
value in a table, a verdict or a figure comes from this file; what it belongs to stands in ``experiment.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.schema import SCHEMA, SCHEMA_VERSION, provenance_json
from ganpipe.layout import evaluation_path
from ganpipe.parquet import VERSION_KEY, read_parquet, write_parquet
from ganpipe.reporting.experiment import Experiment

METRICS_SCHEMA = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("experiment", "scale", "dataset", "method", "variant", "axes")),
        pa.field("seed", pa.int64()),
        *(field.with_nullable(True) for field in SCHEMA),
        pa.field("provenance", pa.string()),
    ],
    metadata={VERSION_KEY: SCHEMA_VERSION},
)


def aggregate(experiment: Experiment, results: Path) -> pa.Table:
    """Collect every evaluation of an experiment, ordered as the experiment lists its runs.

    Returns:
        A table of ``METRICS_SCHEMA``.

    Raises:
        GanpipeError: an evaluation is missing, garbled, of another schema or of another run; the line names its file.
    """
    parts: list[pa.Table] = []
    sources: list[dict[str, object]] = []
    for run in experiment.rows:
        for protocol, evaluation_id in sorted(run.evaluations.items()):
            part = read_evaluation(evaluation_path(results, run.run_id, evaluation_id), run.run_id, protocol)
            parts.append(part)
            sources.append(
                {
                    "dataset": run.dataset,
                    "method": run.method,
                    "variant": run.variant,
                    "axes": json.dumps(run.axes),
                    "seed": run.seed,
                    "provenance": provenance_json(part.schema),
                }
            )
    if not parts:
        return METRICS_SCHEMA.empty_table()
    values = pa.concat_tables([part.replace_schema_metadata() for part in parts])
    repeated = np.repeat(np.arange(len(parts)), [part.num_rows for part in parts])
    columns = dict(zip(values.column_names, values.columns, strict=True))
    described = pa.Table.from_pylist(sources).take(pa.array(repeated))
    columns |= dict(zip(described.column_names, described.columns, strict=True))
    columns["experiment"] = pa.repeat(experiment.name, len(repeated))
    columns["scale"] = pa.repeat(experiment.scale, len(repeated))
    return pa.table([columns[name] for name in METRICS_SCHEMA.names], schema=METRICS_SCHEMA)


def write_metrics(table: pa.Table, path: Path) -> None:
    """Write an aggregated table in one step."""
    write_parquet(table, path, compression="zstd")


def read_metrics(path: Path) -> pd.DataFrame:
    """Read a ``metrics.parquet``.

    Returns:
        One row per (run, protocol, metric, step); ``step`` is a nullable Int64 whose missing value marks the headline.

    Raises:
        GanpipeError: missing, garbled, or written under another schema version.
    """
    frame: pd.DataFrame = _read_checked(path, METRICS_SCHEMA).to_pandas()
    frame["step"] = frame["step"].astype("Int64")
    return frame


def read_evaluation(path: Path, run_id: str, protocol: str) -> pa.Table:
    """Read the file of one evaluation: a table of ``SCHEMA``, its provenance in the metadata.

    Raises:
        GanpipeError: missing, garbled, of another schema or of another run; the line names the file.
    """
    table = read_rows(path)
    for column, expected in (("run_id", run_id), ("evaluation_id", path.stem), ("protocol", protocol)):
        found = table.column(column).unique().to_pylist()
        if found != [expected]:
            raise GanpipeError(f"{path}: {column}: expected {expected!r}, the file has {found}")
    return table


def read_rows(path: Path) -> pa.Table:
    """Read the file of one evaluation, whichever it is of.

    Raises:
        GanpipeError: missing, garbled or of another schema; the line names the file.
    """
    return _read_checked(path, SCHEMA)


def _read_checked(path: Path, schema: pa.Schema) -> pa.Table:
    """A whole Parquet file with exactly the columns of ``schema``, its metadata kept."""
    table = read_parquet(path)
    version = (table.schema.metadata or {}).get(VERSION_KEY)
    if version != SCHEMA_VERSION:
        found = version.decode(errors="replace") if version else None
        known = SCHEMA_VERSION.decode()
        raise GanpipeError(f"{path}: schema: this version of ganpipe reads schema {known}, found {found!r}")
    if missing := [name for name in schema.names if name not in table.column_names]:
        raise GanpipeError(f"{path}: no column {missing[0]!r}")
    try:
        return table.select(schema.names).cast(schema.with_metadata(table.schema.metadata))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise GanpipeError(f"{path}: a column has the wrong type ({str(error).splitlines()[0]})") from None
