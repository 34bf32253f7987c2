"""What the file of one evaluation holds; stands apart from evaluating, so that reading needs no PyTorch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from ganpipe.parquet import VERSION_KEY

SCHEMA_VERSION = b"1"
SCHEMA = pa.schema(
    [
        pa.field("run_id", pa.string(), nullable=False),
        pa.field("evaluation_id", pa.string(), nullable=False),
        pa.field("protocol", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("step", pa.int64()),
        pa.field("value", pa.float64()),
        pa.field("n", pa.int64(), nullable=False),
        pa.field("error", pa.float64()),
        pa.field("floor", pa.float64()),
        pa.field("status", pa.string(), nullable=False),
    ]
)
"""One row a metric and snapshot; ``step`` is null in the headline rows, which come first."""

PROVENANCE_KEY = b"provenance"


def evaluation_table(rows: Iterable[Mapping[str, Any]], provenance: Mapping[str, Any]) -> pa.Table:
    """A table of ``SCHEMA`` with its version and its provenance as metadata.

    Args:
        rows: values by the names of columns; what has no column is left out.
        provenance: what the rows were made with and from, as plain data.
    """
    metadata = {VERSION_KEY: SCHEMA_VERSION, PROVENANCE_KEY: json.dumps(provenance).encode()}
    return pa.Table.from_pylist(list(rows), SCHEMA.with_metadata(metadata))


def provenance_of(schema: pa.Schema) -> dict[str, Any]:
    """The provenance of a table of ``SCHEMA``; empty where it does not say.

    Raises:
        ValueError: it is no JSON.
    """
    provenance: dict[str, Any] = json.loads(provenance_json(schema))
    return provenance


def provenance_json(schema: pa.Schema) -> str:
    """The same as it is written."""
    return (schema.metadata or {}).get(PROVENANCE_KEY, b"{}").decode()  # type: ignore[no-any-return]
