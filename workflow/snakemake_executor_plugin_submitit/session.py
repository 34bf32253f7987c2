"""The folder of one Snakemake process, and what it leaves to the next one if it is killed.

.snakemake/submitit/<session>/
    <token>.json       how a job ended
    logs/              what jobs have printed
    tasks/             submitit's files
    journal.jsonl      what was submitted, for the next Snakemake process; goes when nothing is running any more
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from snakemake_executor_plugin_submitit.result import SUFFIX

ROOT = Path(".snakemake") / "submitit"
JOURNAL = "journal.jsonl"
SUBMISSION = "_submission.sh"
"""Ends the name that submitit gives to what it has handed to sbatch, as soon as it knows the id."""


@dataclass(frozen=True)
class Entry:
    """A job that was submitted.

    Attributes:
        key: what it makes, see ``key_of``.
        token: names its result and its log.
        task: the task's id on the cluster, e.g. ``4711_3``.
        label: rule and wildcards.
        log: where its output goes.
        folder: of its session.
    """

    key: str
    token: str
    task: str
    label: str
    log: str
    folder: str


class Session:
    """This process's folder."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root.absolute()
        self.folder = self.root / f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(3)}"
        self.started = time.time()
        self.failed: set[str] = set()

    @property
    def tasks(self) -> Path:
        """Where submitit keeps its files."""
        return self.folder / "tasks"

    def prepare(self) -> None:
        """Make the folder."""
        self.tasks.mkdir(parents=True, exist_ok=True)
        (self.folder / JOURNAL).touch()

    def log(self, label: str, token: str) -> Path:
        """Where a job's output goes, under a name by which a person finds it."""
        # A name may have 255 bytes, and other letters than these take up to four each.
        readable = re.sub(r"[^\w.=+-]+", "-", label, flags=re.ASCII)[:120]
        return self.folder / "logs" / f"{readable}.{token}.log"

    def record(self, entries: Iterable[Entry]) -> None:
        """Note what was submitted, before anything else happens to it."""
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.writelines(json.dumps(asdict(entry)) + "\n" for entry in entries)
            journal.flush()
            os.fsync(journal.fileno())

    def earlier(self) -> list[Entry]:
        """What earlier processes submitted and did not clear away, in that order."""
        journals = (path for path in sorted(self.root.glob(f"*/{JOURNAL}")) if path.parent != self.folder)
        return [entry for journal in journals for entry in entries_in(journal)]

    def tidy(self, needed: set[Path]) -> None:
        """Remove what earlier processes left, but for what their jobs have printed.

        Args:
            needed: the folders of sessions whose jobs run yet, or may do.
        """
        for journal in self.root.glob(f"*/{JOURNAL}"):
            folder = journal.parent
            if folder in {self.folder, *needed}:
                continue
            # The journal last: without it nobody would look here again.
            for path in (*folder.glob(f"*{SUFFIX}"), *(folder / "tasks").glob("*"), journal):
                if path.suffix not in (".out", ".err"):
                    path.unlink(missing_ok=True)
            for each in (folder / "tasks", folder / "logs", folder):
                with suppress(OSError):
                    each.rmdir()

    def unrecorded(self) -> dict[str, Path]:
        """Arrays, and their submission files, that were submitted but not recorded: Ctrl-C or a kill came between.

        Nobody waits for them, and their jobs would be submitted once more.
        """
        found: dict[str, Path] = {}
        for journal in self.root.glob(f"*/{JOURNAL}"):
            recorded = {entry.task.partition("_")[0] for entry in entries_in(journal)}
            files = (journal.parent / "tasks").glob(f"*{SUBMISSION}")
            submitted = {path.name.removesuffix(SUBMISSION): path for path in files}
            found |= {array: path for array, path in submitted.items() if array not in recorded}
        return found

    def forget(self, entry: Entry) -> None:
        """A job has succeeded; nobody will ask for its output."""
        Path(entry.log).unlink(missing_ok=True)

    def close(self, *, keep_logs: bool) -> None:
        """Nothing is running any more: there is nothing to leave to the next process, nor files but of failed jobs."""
        if not self.folder.exists():
            return
        (self.folder / JOURNAL).unlink(missing_ok=True)
        if keep_logs:
            return
        kept = False
        for path in self.tasks.iterdir():
            if path.suffix in (".out", ".err") and path.name.split("_log.")[0].rpartition("_")[0] in self.failed:
                kept = True
            else:
                path.unlink()
        if kept or any((self.folder / "logs").glob("*")):
            for path in self.folder.glob(f"*{SUFFIX}"):
                path.unlink()
        else:
            shutil.rmtree(self.folder)


def entries_in(journal: Path) -> list[Entry]:
    """The entries of a journal; a last line that was cut off when its process was killed does not count."""
    found = []
    for line in journal.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError, TypeError):
            found.append(Entry(**json.loads(line)))
    return found


def key_of(outputs: Iterable[str]) -> str:
    """Names a job by what it makes, across processes."""
    return hashlib.sha256("\0".join(sorted(outputs)).encode()).hexdigest()[:24]
