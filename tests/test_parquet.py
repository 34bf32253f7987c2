from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.schema import evaluation_table
from ganpipe.parquet import read_parquet, read_schema, write_parquet


@pytest.fixture
def table() -> pa.Table:
    rng = np.random.default_rng(0)
    rows = [
        {"run_id": "0" * 12, "evaluation_id": "1" * 12, "protocol": "p", "metric": metric, "step": step, "value": value}
        | {"n": 2500, "status": "complete", "error": None, "floor": 0.1}
        for metric in ("modes", "reverse_kl")
        for step, value in zip(range(100), rng.random(100), strict=True)
    ]
    return evaluation_table(rows, {})


def test_a_table_comes_back_with_its_metadata_and_equal_tables_are_equal_bytes(table: pa.Table, tmp_path: Path) -> None:
    one, other = tmp_path / "one.parquet", tmp_path / "deep" / "other.parquet"
    write_parquet(table, one)
    write_parquet(table, other)
    assert read_parquet(one).equals(table, check_metadata=True)
    assert one.read_bytes() == other.read_bytes()
    assert read_schema(one).equals(table.schema, check_metadata=True)


def test_a_flipped_bit_never_changes_a_value_unseen(table: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    write_parquet(table, path)
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 5):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        try:
            found = read_parquet(path)
        except GanpipeError:
            refused += 1
            continue
        # The description behind the pages has no checksum; who reads a table looks at its columns' names and types.
        assert not found.schema.equals(table.schema) or found.equals(table), f"byte {place} of {len(whole)}"
    assert refused > len(whole) / 5 / 2


@pytest.mark.parametrize("read", [read_parquet, read_schema])
def test_a_file_that_is_missing_or_another_is_named(read: Callable[[Path], object], tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with pytest.raises(GanpipeError, match=r"x\.parquet: no such file"):
        read(path)
    path.write_text("nothing")
    with pytest.raises(GanpipeError, match=r"x\.parquet: damaged or no Parquet file"):
        read(path)
