from __future__ import annotations

import pyarrow as pa
import pytest

from ganpipe.evaluation.schema import SCHEMA, evaluation_table, provenance_json, provenance_of

ROW = {"run_id": "a", "evaluation_id": "b", "protocol": "p", "metric": "modes", "n": 5, "status": "complete"}


def test_a_table_says_what_it_was_made_with() -> None:
    origin = {"device": "cpu", "run": {"torch": "2"}, "evaluation_seconds": None}
    table = evaluation_table([ROW | {"step": 10, "value": 1.5}, ROW], origin)
    assert table.schema.equals(SCHEMA)
    assert table.schema.metadata[b"ganpipe_schema"] == b"1"
    assert provenance_of(table.schema) == origin
    assert provenance_json(table.schema) == '{"device": "cpu", "run": {"torch": "2"}, "evaluation_seconds": null}'
    unknown = {"step": None, "value": None, "error": None, "floor": None}
    assert table.to_pylist() == [unknown | ROW | {"step": 10, "value": 1.5}, unknown | ROW]


def test_tables_that_do_not_say() -> None:
    assert provenance_of(SCHEMA) == {}
    with pytest.raises(ValueError, match="Expecting value"):
        provenance_of(pa.schema([], metadata={"provenance": "nothing"}))
