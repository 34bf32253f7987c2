"""What the file of one evaluation holds; stands apart from evaluating, so that reading needs no PyTorch."""

from __future__ import annotations

import pyarrow as pa

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
