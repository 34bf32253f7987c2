"""Snapshots: networks on disk after a step, and what is made of them again.

A file holds every network as ``<network>.<parameter>`` tensors and the run's specification in its header, so it alone
can rebuild them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, prod
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ganpipe.errors import GanpipeError
from ganpipe.files import replacing
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec
from ganpipe.training.blueprint import RunBlueprint

CHUNK = 500
LARGEST_PASS = CHUNK * 3 * 64 * 64
"""Numbers in the samples of one pass. On StyleGAN's way to 500 images of 128x128 it would hold 21 GB at once."""


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
    """A trained generator and the distribution of its latents.

    Attributes:
        chunk: most samples in one pass.
        noise_dim: numbers N(0, 1) that the generator takes beside each latent.
    """

    generator: nn.Module
    prior: Networks
    device: torch.device
    chunk: int = CHUNK
    noise_dim: int = 0

    @torch.no_grad()
    def sample(self, rng: np.random.Generator, count: int, *, batch_statistics: bool = False) -> Tensor:
        """Generated samples: float32 [count, *sample_shape] in the generator's own range.

        Args:
            rng: where the latents come from; the same numbers give the same samples.
            count: number of samples, at least 1.
            batch_statistics: run batch norm in training mode, on chunks of equal size (to within one sample) of up to
                500 samples (fewer where they are larger than 3x64x64), without changing its moving averages.
        """
        latents = self.prior.latents(rng, count)
        self.generator.train(batch_statistics)
        before = {name: buffer.clone() for name, buffer in self.generator.named_buffers()} if batch_statistics else {}
        parts = latents.tensor_split(ceil(count / self.chunk))
        samples = torch.cat([self.generator(self._with_noise(part, rng).to(self.device)) for part in parts])
        for name, buffer in self.generator.named_buffers():
            if name in before:
                buffer.copy_(before[name])
        return samples

    def _with_noise(self, latents: Tensor, rng: np.random.Generator) -> Tensor:
        # Drawn for one chunk at a time: beside the latent of an image it can be as large as the image.
        noise = rng.standard_normal((len(latents), self.noise_dim), dtype=np.float32)
        return torch.cat([latents, torch.from_numpy(noise)], dim=1)


@dataclass(frozen=True)
class TrainedDensity:
    """p(x) = E_z N(x; mu(z), diag sigma^2), z ~ N(0, I), as trained: mu is the generator in evaluation mode.

    Attributes:
        sigma: standard deviations, [*sample_shape].
    """

    spec: RunSpec
    mean: nn.Module
    sigma: Tensor

    @property
    def latent_dim(self) -> int:
        """Length of z."""
        return self.spec.networks.latent_dim

    def encoder(self) -> nn.Module:
        """A new network [n, *sample_shape] -> [n, 2 latent_dim], of the run's architecture of encoders, on the host."""
        return RunBlueprint(self.spec).encoder(2 * self.latent_dim)


def load_sampler(path: Path, device: torch.device) -> Sampler:
    """Rebuild a generator from a snapshot alone.

    Raises:
        GanpipeError: the file is not a snapshot of ganpipe.
    """
    with _opened(path) as snapshot:
        spec, generator = snapshot.spec, snapshot.generator()
    shape = spec.dataset.sample_shape
    chunk = max(1, min(CHUNK, LARGEST_PASS // prod(shape)))
    noise_dim = spec.networks.noise_dim(shape, training=False)
    return Sampler(generator.to(device).eval(), spec.networks, device, chunk, noise_dim)


def load_density(path: Path, device: torch.device) -> TrainedDensity:
    """Rebuild a generator and its learned noise from a snapshot alone.

    Raises:
        GanpipeError: the file is not a snapshot of ganpipe, or of a method that learns no such noise.
    """
    with _opened(path) as snapshot:
        prescribed = snapshot.spec.method.prescribed
        if prescribed is None:
            raise GanpipeError(f"{path}: its method learns no noise on the generator's output")
        generator, density = snapshot.generator(), prescribed.density(snapshot.spec.dataset.sample_shape)
        density.load_state_dict(snapshot.state("sigma"))
    generator.requires_grad_(False)
    return TrainedDensity(snapshot.spec, generator.to(device).eval(), density.sigma.detach().to(device))


def load_networks(path: Path) -> dict[str, nn.Module]:
    """Rebuild every network that a snapshot holds, by name, on the host and in evaluation mode.

    Raises:
        GanpipeError: the file is not a snapshot of ganpipe.
    """
    with _opened(path) as snapshot:
        return snapshot.networks()


@dataclass(frozen=True)
class _Snapshot:
    """What a file of ``write_snapshot`` holds."""

    spec: RunSpec
    tensors: dict[str, Tensor]

    def generator(self) -> nn.Module:
        """The generator, or its moving average where there is one."""
        generator = RunBlueprint(self.spec).generator()
        generator.load_state_dict(self.state("generator_average") or self.state("generator"))
        return generator

    def networks(self) -> dict[str, nn.Module]:
        """Every network of the method that it holds, in evaluation mode."""
        built = self.spec.method.networks(RunBlueprint(self.spec))
        held = {name: network.eval() for name, network in built.items() if self.state(name)}
        for name, network in held.items():
            network.load_state_dict(self.state(name))
        return held

    def state(self, network: str) -> dict[str, Tensor]:
        """One network's tensors; none when it is not there."""
        prefix = f"{network}."
        return {name.removeprefix(prefix): tensor for name, tensor in self.tensors.items() if name.startswith(prefix)}


@contextmanager
def _opened(path: Path) -> Iterator[_Snapshot]:
    """Read a snapshot; whatever does not fit while networks are rebuilt from it is one line that names it."""
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
            spec = RunSpec.parse(json.loads(file.metadata()["spec"]))
        yield _Snapshot(spec, tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise GanpipeError(f"{path}: not a snapshot of this version of ganpipe ({reason})") from None
