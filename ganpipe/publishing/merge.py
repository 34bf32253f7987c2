"""Records of several machines become one set: by run and evaluation id, and never two results for one id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ganpipe.errors import GanpipeError
from ganpipe.publishing.record import RunRecord, read_records


@dataclass
class Merged:
    """Records by run id, and the ids of runs for which there were two results (of which the first was kept)."""

    records: dict[str, RunRecord] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)


def merge(*sources: Iterable[RunRecord]) -> Merged:
    """Merge records; where two agree, the first says where and when the run was made.

    Two records of one run agree when they ended alike, in the same weights, and every evaluation that both have came
    to the same rows. A run that was trained twice with different outcomes is one of them with all its evaluations,
    never a mixture.
    """
    merged = Merged()
    for source in sources:
        for record in source:
            known = merged.records.get(record.run_id)
            if known is None:
                merged.records[record.run_id] = record
            elif agree(known, record):
                merged.records[record.run_id] = _together(known, record)
            else:
                merged.conflicts.append(record.run_id)
    return merged


def agree(first: RunRecord, second: RunRecord) -> bool:
    """Whether two records of one run tell the same of it."""
    others = {each.evaluation_id: each for each in second.evaluations}
    return first.outcome == second.outcome and all(
        repr((each.status, each.rows)) == repr((other.status, other.rows))
        for each in first.evaluations
        if (other := others.get(each.evaluation_id))
    )


def published_records(path: Path) -> dict[str, RunRecord]:
    """The records of a ``runs.jsonl`` by run id.

    Raises:
        GanpipeError: a line is damaged, or two lines give different results for one run.
    """
    merged = merge(read_records(path))
    if merged.conflicts:
        raise GanpipeError(f"{path}: {named(merged.conflicts)} there with two results; delete the line that is wrong")
    return merged.records


def require_one_result_a_run(publications: Mapping[Path, Mapping[str, RunRecord]]) -> None:
    """Experiments share runs, and rows of one run must not be of two trainings.

    Args:
        publications: folder -> its records by run id.

    Raises:
        GanpipeError: two publications have different results for a run.
    """
    conflicts = merge(*(records.values() for records in publications.values())).conflicts
    if conflicts:
        places = " and ".join(str(folder) for folder, records in publications.items() if conflicts[0] in records)
        raise GanpipeError(f"{places}: {named(conflicts)} there with two results; publish again what is older")


def named(runs: list[str]) -> str:
    """Some runs as the subject of a sentence."""
    others = len(runs) - 1
    return f"run {runs[0]}" + (f" and {others} more are" if others else " is")


def _together(first: RunRecord, second: RunRecord) -> RunRecord:
    evaluations = {each.evaluation_id: each for each in (*second.evaluations, *first.evaluations)}
    return first.model_copy(
        update={
            "evaluations": tuple(evaluations[name] for name in sorted(evaluations)),
            "history": first.history or second.history,
        }
    )
