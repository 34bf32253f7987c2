"""What is published of one run, and the file that holds it: ``runs.jsonl``, one line a run.

Lines of text, because they come together over clones: git merges two clones' lines by keeping both
(``.gitattributes``), and a reader sees in a diff which runs came along. Each line carries a checksum of itself, and the
specification whose hash is the run's id, so that neither damage nor a wrong id goes unnoticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, JsonValue, field_validator

from ganpipe.errors import GanpipeError
from ganpipe.files import write_text
from ganpipe.spec.explain import validated
from ganpipe.spec.part import Spec, digest

PUBLISHED, RUNS = "published", "runs.jsonl"
CHECKSUM = "sha256"

Row = tuple[str, int | None, float | None, int, float | None, float | None]
"""metric, step, value, n, error, floor: what tells the rows of one evaluation apart."""


class Published(Spec):
    """Settings of what is published; a loss may be infinite and a metric undefined."""

    model_config = ConfigDict(allow_inf_nan=True)


class EvaluationRecord(Published):
    """One evaluation.

    Attributes:
        provenance: where it was made; ``run`` in it is None and stands for the provenance of the run.
    """

    evaluation_id: str
    protocol: str
    status: str
    provenance: dict[str, JsonValue]
    rows: tuple[Row, ...]


class RunRecord(Published):
    """One run with its evaluations, by ascending id.

    Attributes:
        identity: what the run's id is the hash of, which is its specification without defaults.
        result: the content of its result.json.
        history: ``step`` and one column a player, [points] each, rounded for drawing; None where nobody draws it.
    """

    run_id: str
    identity: dict[str, JsonValue]
    result: dict[str, JsonValue]
    evaluations: tuple[EvaluationRecord, ...]
    history: dict[str, tuple[float, ...]] | None = None

    @field_validator("result")
    @classmethod
    def _is_a_result(cls, result: dict[str, JsonValue]) -> dict[str, JsonValue]:
        expected: dict[str, type | tuple[type, ...]] = {
            "status": str,
            "snapshots": dict,
            "train_seconds": (int, float),
            "provenance": dict,
        }
        for key, kind in expected.items():
            if not isinstance(result.get(key), kind):
                raise ValueError(f"{key}: missing or of another kind")
        return result

    @field_validator("history")
    @classmethod
    def _is_a_table(cls, history: dict[str, tuple[float, ...]] | None) -> dict[str, tuple[float, ...]] | None:
        if len({len(column) for column in (history or {}).values()}) > 1:
            raise ValueError("columns should be equally long")
        return history

    @property
    def outcome(self) -> tuple[JsonValue, JsonValue]:
        """What the run came to: its status and the checksums of its snapshots."""
        return self.result["status"], self.result["snapshots"]


def published_folder(results: Path, scale: str, experiment: str) -> Path:
    """Where an experiment is published: scales never mix."""
    return results / PUBLISHED / scale / experiment


def write_records(path: Path, records: Iterable[RunRecord]) -> None:
    """Write records by ascending id; equal records give equal bytes."""
    lines = [_line(record) for record in sorted(records, key=lambda record: record.run_id)]
    write_text(path, "".join(f"{line}\n" for line in lines))


def read_records(path: Path) -> list[RunRecord]:
    """Read every line of a ``runs.jsonl``. A run may have several, after a merge in git.

    Raises:
        GanpipeError: the file is missing, or a line is damaged; one line with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise GanpipeError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise GanpipeError(f"{path}: cannot be read ({error})") from None
    return [_record(line, f"{path}: line {number}") for number, line in enumerate(lines, start=1)]


def _line(record: RunRecord) -> str:
    content = record.model_dump()
    if record.history is None:
        del content["history"]
    return _text({**content, CHECKSUM: _checksum(content)})


def _record(line: str, where: str) -> RunRecord:
    try:
        content = json.loads(line)
    except json.JSONDecodeError as error:
        raise GanpipeError(
            f"{where}: not valid JSON ({error}); `git checkout` brings back what was published"
        ) from None
    stated = content.pop(CHECKSUM, None) if isinstance(content, dict) else None
    if stated != _checksum(content):
        raise GanpipeError(f"{where}: does not match its checksum; `git checkout` brings back what was published")
    record = validated(RunRecord, content, where)
    if digest(record.identity) != record.run_id:
        raise GanpipeError(f"{where}: run_id: {record.run_id} is not the hash of the specification beside it")
    return record


def _checksum(content: Any) -> str:
    return hashlib.sha256(_text(content).encode()).hexdigest()[:16]


def _text(content: Any) -> str:
    return json.dumps(content, separators=(",", ":"))
