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
from dataclasses import asdict, dataclass
from pathlib import Path

from snakemake_executor_plugin_submitit.result import SUFFIX

ROOT = Path(".snakemake") / "submitit"
JOURNAL = "journal.jsonl"


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

    def log(self, label: str, token: str) -> Path:
        """Where a job's output goes, under a name by which a person finds it."""
        readable = re.sub(r"[^\w.=+-]+", "-", label)[:120]
        return self.folder / "logs" / f"{readable}.{token}.log"

    def record(self, entries: Iterable[Entry]) -> None:
        """Note what was submitted, before anything else happens to it."""
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.writelines(json.dumps(asdict(entry)) + "\n" for entry in entries)
            journal.flush()
            os.fsync(journal.fileno())

    def earlier(self) -> dict[str, Entry]:
        """What earlier processes submitted and did not see end, by what it makes; of two entries the later one."""
        found: dict[str, Entry] = {}
        for journal in sorted(self.root.glob(f"*/{JOURNAL}")):
            if journal.parent != self.folder:
                for line in journal.read_text(encoding="utf-8").splitlines():
                    try:
                        entry = Entry(**json.loads(line))
                    except (ValueError, TypeError):  # The last line of a process that was killed while it wrote.
                        continue
                    found[entry.key] = entry
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


def key_of(outputs: Iterable[str]) -> str:
    """Names a job by what it makes, across processes."""
    return hashlib.sha256("\0".join(sorted(outputs)).encode()).hexdigest()[:24]
