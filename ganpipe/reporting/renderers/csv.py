"""A table as plain columns for other programs: one line per row of the table and metric, full precision, no marks.

Values are in the metrics' own units, so fractions stay fractions. An empty field is an unknown number.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from pydantic import JsonValue

from ganpipe.reporting.table import Column, Entry, Group, Row, Table

FIELDS = [
    *("experiment", "scale", "dataset", "method", "variant"),
    *("metric", "protocol", "better"),
    *("mean", "standard_error", "interval_low", "interval_high", "runs", "planned_runs", "diverged_runs", "floor"),
    *("reported", "reported_error", "reported_error_kind", "reported_trials", "confidence", "copied_from", "stand_ins"),
]


def render(table: Table) -> str:
    """The whole file. The swept fields follow the fixed columns, one each."""
    text = io.StringIO()
    writer = csv.DictWriter(text, [*FIELDS, *table.axis_fields], lineterminator="\n")
    writer.writeheader()
    for group, row, column, entry in _entries(table):
        known = entry.cell.estimate
        low, high = (known.interval if known else None) or (None, None)
        reported = entry.reported
        numbers = {
            "mean": known and known.mean,
            "standard_error": known and known.standard_error,
            "interval_low": low,
            "interval_high": high,
            "floor": entry.cell.floor,
            "reported": reported and reported.value,
            "reported_error": reported and reported.error,
        }
        writer.writerow(
            {
                "experiment": table.experiment.name,
                "scale": table.experiment.scale,
                "dataset": group.dataset,
                "method": row.method,
                "variant": row.variant,
                "metric": column.metric,
                "protocol": column.protocol,
                "better": column.better,
                "runs": entry.cell.values.size,
                "planned_runs": entry.cell.planned,
                "diverged_runs": entry.cell.diverged,
                "reported_error_kind": reported and reported.error_kind,
                "reported_trials": reported and reported.trials,
                "confidence": reported and reported.confidence,
                "copied_from": reported and reported.copied_from,
                "stand_ins": " ".join(entry.stood_in_for),
            }
            | {name: None if number is None else f"{number:.10g}" for name, number in numbers.items()}
            | {field: _plain(row.axes.get(field)) for field in table.axis_fields}
        )
    return text.getvalue()


def _entries(table: Table) -> Iterator[tuple[Group, Row, Column, Entry]]:
    for group in table.groups:
        for row in group.rows:
            for column, entry in zip(group.columns, row.entries, strict=True):
                yield group, row, column, entry


def _plain(value: JsonValue) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)
