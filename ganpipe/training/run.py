"""The folder of a run: what a finished run consists of, and how it is opened again.

    spec.json                    the specification
    history.parquet              losses over the steps
    snapshot-<step>.safetensors  networks after that step, with the specification in the header
    samples.png                  a look at what the generator makes
    complete.json                status, snapshots with checksums, provenance: written when training has ended
    result.json                  the same, written last of all: what the workflow declares

``complete.json`` is not declared to Snakemake, which removes declared outputs before it repeats a job; a repeated job
that finds a complete run writes ``result.json`` again and trains nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ganpipe.errors import GanpipeError
from ganpipe.files import read_json, replacing, sha256_of
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec, read_run_spec
from ganpipe.training.blueprint import RunBlueprint

SPEC, HISTORY, SAMPLES, COMPLETE, RESULT = "spec.json", "history.parquet", "samples.png", "complete.json", "result.json"


def snapshot_path(folder: Path, step: int) -> Path:
    """Where the networks after ``step`` are kept."""
    return folder / f"snapshot-{step:08d}.safetensors"


def write_snapshot(folder: Path, spec: RunSpec, step: int, networks: Mapping[str, nn.Module]) -> Path:
    """Keep networks as ``<network>.<parameter>`` tensors; the file alone can rebuild its generator."""
    tensors = {
        f"{name}.{key}": tensor.detach().cpu().contiguous()
        for name, network in networks.items()
        for key, tensor in network.state_dict().items()
    }
    path = snapshot_path(folder, step)
    with replacing(path, durable=True) as temporary:
        # One key only: safetensors writes several in a random order, and equal runs would differ in their bytes.
        temporary.write_bytes(save(tensors, {"spec": spec.model_dump_json()}))
    return path


@dataclass(frozen=True)
class Sampler:
    """A trained generator and the distribution of its latents."""

    generator: nn.Module
    prior: Networks
    device: torch.device
    chunk: int = 500

    @torch.no_grad()
    def sample(self, rng: np.random.Generator, count: int, *, batch_statistics: bool = False) -> Tensor:
        """Generated samples: float32 [count, *sample_shape] in the generator's own range.

        Args:
            rng: where the latents come from; the same numbers give the same samples.
            count: number of samples, at least 1.
            batch_statistics: run batch norm in training mode, on chunks of equal size (to within one sample) of up to
                500 samples, without changing its moving averages.
        """
        latents = self.prior.latents(rng, count)
        self.generator.train(batch_statistics)
        before = {name: buffer.clone() for name, buffer in self.generator.named_buffers()} if batch_statistics else {}
        parts = latents.tensor_split(ceil(count / self.chunk))
        samples = torch.cat([self.generator(part.to(self.device)) for part in parts])
        for name, buffer in self.generator.named_buffers():
            if name in before:
                buffer.copy_(before[name])
        return samples


@dataclass(frozen=True)
class FinishedRun:
    """A run that has ended, complete or diverged."""

    folder: Path
    spec: RunSpec
    result: dict[str, Any]

    @classmethod
    def open(cls, folder: Path) -> FinishedRun:
        """Open the folder of a run.

        Raises:
            GanpipeError: the run has not ended, or a file is garbled; the message names the file.
        """
        result, spec = read_json(folder / RESULT), read_run_spec(folder / SPEC)
        if not isinstance(result, dict) or result.get("run_id") != spec.run_id:
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

    def sampler(self, step: int, on: torch.device) -> Sampler:
        """The generator after ``step``; its moving average where the run keeps one.

        Raises:
            GanpipeError: there is no such snapshot, or the file is not the one that training wrote.
        """
        path = snapshot_path(self.folder, step)
        wanted = self.result["snapshots"].get(str(step))
        if wanted is None or not path.is_file() or sha256_of(path) != wanted:
            raise GanpipeError(f"{path}: missing or damaged; `ganpipe forget {self.run_id}` and train the run again")
        return load_sampler(path, on)


def load_sampler(path: Path, on: torch.device) -> Sampler:
    """Rebuild a generator from a snapshot alone.

    Raises:
        GanpipeError: the file is not a snapshot of ganpipe.
    """
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            spec = RunSpec.parse(json.loads(file.metadata()["spec"]))
            names = list(file.keys())
            averaged = any(name.startswith("generator_average.") for name in names)
            prefix = "generator_average." if averaged else "generator."
            state = {name.removeprefix(prefix): file.get_tensor(name) for name in names if name.startswith(prefix)}
        generator = RunBlueprint(spec).generator()
        generator.load_state_dict(state)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise GanpipeError(f"{path}: not a snapshot of this version of ganpipe ({reason})") from None
    return Sampler(generator.to(on).eval(), spec.networks, on)
