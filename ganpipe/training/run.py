"""The folder of a run: what a finished run consists of, and how it is opened again.

    spec.json                    the specification
    history.parquet              losses over the steps
    snapshot-<step>.safetensors  networks after that step, with the specification in the header
    samples.png                  a look at what the generator makes
    complete.json                status, snapshots with checksums, provenance: written when training has ended
    result.json                  the same, written last of all: what the workflow declares
    restored.json                in its place, for a run whose numbers were published elsewhere and restored here

``complete.json`` is not declared to Snakemake, which removes declared outputs before it repeats a job; a repeated job
that finds a complete run writes ``result.json`` again and trains nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ganpipe.errors import GanpipeError
from ganpipe.files import read_object, sha256_of
from ganpipe.layout import RESTORED, RESULT, SPEC
from ganpipe.spec.run import RunSpec, read_run_spec
from ganpipe.training.restored import is_restored
from ganpipe.training.snapshot import Sampler, TrainedDensity, load_density, load_networks, load_sampler, snapshot_path


@dataclass(frozen=True)
class FinishedRun:
    """A run that has ended, complete or diverged."""

    folder: Path
    spec: RunSpec
    result: dict[str, Any]

    @classmethod
    def open(cls, folder: Path, *, restored: bool = False) -> FinishedRun:
        """Open the folder of a run.

        Args:
            restored: also open a run that was published elsewhere and restored; it has no snapshots here.

        Raises:
            GanpipeError: the run has not ended, or a file is garbled; the message names the file.
        """
        if is_restored(folder):
            result = read_object(folder / RESTORED, "restored") | {"snapshots": {}}
            if not restored:
                raise GanpipeError(
                    f"run {folder.name}: was restored from {result['restored']['from']} and has no snapshots; "
                    f"`ganpipe train {folder.name}` trains it here"
                )
        else:
            result = read_object(folder / RESULT, "status", "reason", "snapshots")
        spec = read_run_spec(folder / SPEC)
        if result.get("run_id") != spec.run_id:
            raise GanpipeError(
                f"{folder / RESULT}: is not of run {spec.run_id}, which {SPEC} describes to this version of ganpipe"
            )
        return cls(folder, spec, result)

    @property
    def run_id(self) -> str:
        """The run's identity."""
        return self.spec.run_id

    @property
    def status(self) -> str:
        """``complete``, or ``diverged``: training was ended early because it could not go on."""
        return str(self.result["status"])

    @property
    def reason(self) -> str | None:
        """Why the run diverged."""
        return self.result["reason"]  # type: ignore[no-any-return]

    @property
    def steps(self) -> list[int]:
        """The steps of its snapshots, ascending."""
        return sorted(int(step) for step in self.result["snapshots"])

    def sampler(self, step: int, device: torch.device) -> Sampler:
        """The generator after ``step``; its moving average where the run keeps one.

        Raises:
            GanpipeError: there is no such snapshot, or the file is not the one that training wrote.
        """
        return load_sampler(self._snapshot(step), device)

    def density(self, step: int, device: torch.device) -> TrainedDensity:
        """The same generator with the noise that was learned for its output.

        Raises:
            GanpipeError: as ``sampler``, and where the method learns no such noise.
        """
        return load_density(self._snapshot(step), device)

    def networks(self, step: int) -> dict[str, nn.Module]:
        """Every network that the snapshot after ``step`` holds, by name, on the host and in evaluation mode.

        Raises:
            GanpipeError: as ``sampler``.
        """
        return load_networks(self._snapshot(step))

    def _snapshot(self, step: int) -> Path:
        path = snapshot_path(self.folder, step)
        wanted = self.result["snapshots"].get(str(step))
        if wanted is None or not path.is_file() or sha256_of(path) != wanted:
            raise GanpipeError(f"{path}: missing or damaged; `ganpipe forget {self.run_id}` and train the run again")
        return path
