"""Trains one run from its specification to its result, or takes it up where it was left."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import torch

from ganpipe.data.prepare import open_prepared
from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, remove_leftovers, sha256_of, write_json
from ganpipe.layout import COMPLETE, HISTORY, RESTORED, RESULT, SAMPLES, SPEC
from ganpipe.provenance import commit, hardware, provenance
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.run import RunSpec, read_run_spec
from ganpipe.training.checkpoint import drop_checkpoints, load_checkpoint, save_checkpoint
from ganpipe.training.graph import CudaGraphs
from ganpipe.training.history import History
from ganpipe.training.interrupt import Interrupted, StopRequest, stop_requests
from ganpipe.training.lease import Lease, holding
from ganpipe.training.picture import write_picture
from ganpipe.training.progress import Progress
from ganpipe.training.snapshot import load_sampler, snapshot_path, write_snapshot
from ganpipe.training.trainer import Trainer

log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 60.0
"""Seconds between two checkpoints: what a kill costs at most."""
SHOWN = {"images": 64, "points": 2500}
"""Samples in a run's picture."""


def train(
    spec: RunSpec,
    folder: Path,
    dataset_folder: Path,
    device: torch.device,
    *,
    checkpoint_every: float = CHECKPOINT_EVERY,
    cuda_graphs: bool = False,
) -> dict[str, Any]:
    """Train ``spec`` in ``folder`` and return the content of its result.json.

    A run that is complete is not trained again; a run that was stopped goes on from its checkpoint and ends
    bit-identical to one that was not. A run that diverges ends with that status and its reason. With ``cuda_graphs``,
    steps on a GPU are replayed from a recording of one, where that comes to the same.

    Raises:
        Interrupted: a signal asked to stop; the state is saved, if there was one.
        GanpipeError: the dataset is not prepared, or the folder is another run's.
    """
    source = commit()
    with stop_requests() as stop, holding(folder) as lease:
        _claim(spec, folder)
        finished = finished_result(spec, folder)
        if finished is None:
            remove_leftovers(folder)
            if (folder / COMPLETE).exists():
                # A checkpoint that a kill has left there would not bring back a snapshot that was damaged since.
                drop_checkpoints(folder)
                (folder / COMPLETE).unlink()
            samples = open_prepared(spec.dataset, dataset_folder, "train", device)
            recorder = CudaGraphs(device) if cuda_graphs and device.type == "cuda" else None
            trainer = Trainer(spec, samples, device, recorder)
            finished = _Session(spec, folder, trainer, lease, stop, checkpoint_every, source).finish()
            write_json(folder / COMPLETE, finished)
        else:
            log.info("run %s is complete; nothing to train", spec.run_id)
        drop_checkpoints(folder)
        write_json(folder / RESULT, finished)
        (folder / RESTORED).unlink(missing_ok=True)
    return finished


def finished_result(spec: RunSpec, folder: Path) -> dict[str, Any] | None:
    """The result of a run that has ended and whose files are the ones that training wrote; None otherwise."""
    try:
        result: dict[str, Any] = read_json(folder / COMPLETE)
        snapshots = result["snapshots"].items()
        whole = all(sha256_of(snapshot_path(folder, int(step))) == checksum for step, checksum in snapshots)
    except (GanpipeError, OSError, KeyError, TypeError, AttributeError, ValueError):
        return None
    if result.get("run_id") == spec.run_id and whole:
        return result
    log.warning("run %s: files are missing or damaged; it is trained again", spec.run_id)
    return None


def _claim(spec: RunSpec, folder: Path) -> None:
    """Write spec.json, unless the folder already holds another run."""
    path = folder / SPEC
    if path.exists() and read_run_spec(path).run_id != spec.run_id:
        raise GanpipeError(f"{path}: this folder holds another run; choose an empty one for run {spec.run_id}")
    write_json(path, spec.model_dump(mode="json"))


class _Session:
    """One process's work on a run, from its start or its last checkpoint to its end."""

    def __init__(
        self,
        spec: RunSpec,
        folder: Path,
        trainer: Trainer,
        lease: Lease,
        stop: StopRequest,
        checkpoint_every: float,
        source: dict[str, Any],
    ) -> None:
        self.spec, self.folder, self.trainer, self.lease, self.stop = spec, folder, trainer, lease, stop
        self.checkpoint_every = checkpoint_every
        self.source = source
        self.session = source | hardware(trainer.device)
        self.earlier: list[dict[str, Any]] = []
        self.history = History(spec.training.steps, trainer.players)
        self.seconds_before = 0.0
        self.sessions = 1
        if state := load_checkpoint(folder):
            trainer.load_state_dict(state["trainer"])
            self.history.load_state_dict(state["history"])
            self.seconds_before, self.sessions = state["seconds"], state["sessions"] + 1
            self.earlier = [each for each in state.get("made_by", []) if each != self.session]
            log.info("run %s: goes on from step %d of %d", spec.run_id, trainer.step, spec.training.steps)
            if any(each[key] != self.session[key] for each in self.earlier for key in hardware(trainer.device)):
                log.warning("run %s: began on other hardware; what comes out may differ in rounding", spec.run_id)
        self.started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds of training in all sessions."""
        return self.seconds_before + time.monotonic() - self.started

    def finish(self) -> dict[str, Any]:
        """Train to the end and describe what came out."""
        steps, due = self.spec.training.steps, set(self.spec.training.snapshot_steps)
        progress = Progress(self.spec.run_id, self.trainer.step, steps)
        self.stop.deferred = True
        self.lease.beat(progress.as_dict(), now=True)
        saved_at = time.monotonic()
        reason: str | None = None
        try:
            while self.trainer.step < steps and reason is None:
                self.trainer.advance()
                step = self.trainer.step
                if self.history.is_due(step):
                    self.history.append(step, self.trainer.mean_losses())
                    reason = self.history.diverged()
                if step in due and reason is None and (reason := self.trainer.broken()) is None:
                    self._keep_networks(step)
                progress.update(step)
                self.lease.beat(progress.as_dict())
                goes_on = step < steps and reason is None
                if goes_on and self.stop.received is not None:
                    self._save()
                    signal = self.stop.received.name
                    raise Interrupted(f"run {self.spec.run_id}: stopped by {signal} at step {step}, saved")
                if goes_on and time.monotonic() - saved_at >= self.checkpoint_every:
                    self._save()
                    saved_at = time.monotonic()
        finally:
            progress.close()
        return self._describe(reason)

    def _keep_networks(self, step: int) -> None:
        everything = step == self.spec.training.steps
        write_snapshot(self.folder, self.spec, step, self.trainer.evaluated_networks(everything=everything))

    def _save(self) -> None:
        state = {
            "trainer": self.trainer.state_dict(),
            "history": self.history.state_dict(),
            "seconds": self.seconds,
            "sessions": self.sessions,
            "made_by": [*self.earlier, self.session],
        }
        save_checkpoint(self.folder, state)

    def _describe(self, reason: str | None) -> dict[str, Any]:
        self.history.write(self.folder / HISTORY)
        kept = [step for step in self.spec.training.snapshot_steps if step <= self.trainer.step]
        paths = {step: path for step in kept if (path := snapshot_path(self.folder, step)).is_file()}
        if paths:
            self._picture(paths[max(paths)])
        if reason is not None:
            log.warning("run %s diverged: %s", self.spec.run_id, reason)
        return {
            "schema": 1,
            "run_id": self.spec.run_id,
            "status": "complete" if reason is None else "diverged",
            "reason": reason,
            "steps": self.trainer.step,
            "snapshots": {str(step): sha256_of(path) for step, path in paths.items()},
            "train_seconds": round(self.seconds, 3),
            "sessions": self.sessions,
            "provenance": provenance(self.trainer.device, self.source)
            | ({"earlier_sessions": self.earlier} if self.earlier else {}),
        }

    def _picture(self, snapshot: Path) -> None:
        count = SHOWN["images" if len(self.spec.dataset.sample_shape) == 3 else "points"]
        rng = generator(self.spec.seed, Purpose.EVALUATION)
        samples = load_sampler(snapshot, self.trainer.device).sample(rng, count)
        write_picture(samples, self.spec.dataset.value_range, self.folder / SAMPLES)
