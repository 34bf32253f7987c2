"""What earlier Snakemake processes that were killed have left on the cluster, and what becomes of it."""

from __future__ import annotations

from pathlib import Path

from snakemake_interface_common.exceptions import WorkflowError
from snakemake_interface_executor_plugins.logging import LoggerExecutorInterface

from snakemake_executor_plugin_submitit.cluster import Cluster
from snakemake_executor_plugin_submitit.result import Result
from snakemake_executor_plugin_submitit.session import Entry, Session


class Takeover:
    """Jobs of earlier processes that need not be submitted again."""

    def __init__(self, session: Session, cluster: Cluster, logger: LoggerExecutorInterface) -> None:
        self.session, self.cluster, self.logger = session, cluster, logger
        self._left: dict[str, Entry] | None = None

    def entry(self, key: str) -> Entry | None:
        """The job with this key if it waits or runs, or has ended a moment ago. Whoever asks has to watch it.

        Raises:
            WorkflowError: the cluster does not say what runs.
        """
        if self._left is None:
            self._left = self._look()
        return self._left.pop(key, None)

    def _look(self) -> dict[str, Entry]:
        # Nobody knows which jobs are in these.
        unrecorded = self.session.unrecorded()
        for array, file in unrecorded.items():
            if self.cluster.cancel([array]):
                self.logger.info(f"Cancelled {array}: an earlier Snakemake process was stopped while it submitted it.")
                file.unlink()
        earlier = self.session.earlier()
        running = self.cluster.alive({entry.task for entry in earlier}) if earlier else set()
        if running is None:
            raise WorkflowError(
                "squeue does not answer, and jobs of an earlier Snakemake process may still run. Nothing was "
                "submitted. Try again when it does."
            )
        left = [entry for entry in earlier if entry.task in running or self._has_just_ended(entry)]
        # An array that could not be cancelled is cancelled next time.
        uncancelled = {file.parent.parent for file in unrecorded.values() if file.exists()}
        self.session.tidy({Path(entry.folder) for entry in left} | uncancelled)
        # Of two that make the same, the later one.
        return {entry.key: entry for entry in left}

    def _has_just_ended(self, entry: Entry) -> bool:
        """Whether a job has ended well since this process looked at the files."""
        path = Path(entry.folder) / f"{entry.token}.json"
        result = Result.read(path.parent, entry.token)
        return result is not None and result.outcome == "done" and path.stat().st_mtime >= self.session.started
