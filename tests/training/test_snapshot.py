from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from ganpipe.errors import GanpipeError
from ganpipe.spec.run import RunSpec
from ganpipe.training.blueprint import build_networks
from ganpipe.training.run import FinishedRun
from ganpipe.training.snapshot import Sampler, load_density, load_sampler, snapshot_path, write_snapshot

CPU = torch.device("cpu")
Make = Callable[..., RunSpec]
Train = Callable[..., dict[str, Any]]


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_equal_networks_give_equal_bytes(make: Make, tmp_path: Path) -> None:
    # Often enough that a random order of the header's keys would show.
    spec = make()
    networks = dict(build_networks(spec).items())
    digests = {digest_of(write_snapshot(tmp_path / str(index), spec, 3, networks)) for index in range(10)}
    assert len(digests) == 1


def test_a_snapshot_holds_every_tensor_and_the_specification(make: Make, tmp_path: Path) -> None:
    spec = make("stacked_digits", "pacgan2")
    networks = dict(build_networks(spec).items())
    path = write_snapshot(tmp_path, spec, 7, networks)
    assert path == snapshot_path(tmp_path, 7) == tmp_path / "snapshot-00000007.safetensors"
    with safe_open(path, framework="pt") as file:
        assert RunSpec.parse(json.loads(file.metadata()["spec"])) == spec
        expected = {
            f"{name}.{key}": tensor
            for name, network in networks.items()
            for key, tensor in network.state_dict().items()
        }
        assert set(file.keys()) == set(expected)
        assert all(torch.equal(file.get_tensor(name), tensor) for name, tensor in expected.items())


def test_a_snapshot_alone_rebuilds_its_generator(make: Make, tmp_path: Path) -> None:
    spec = make("stacked_digits", seed=5)
    networks = build_networks(spec)
    networks["generator"](torch.randn(50, 64))
    sampler = load_sampler(write_snapshot(tmp_path, spec, 1, dict(networks.items())), CPU)
    latents = spec.networks.latents(np.random.default_rng(0), 9)
    with torch.no_grad():
        expected = networks["generator"].eval()(latents)
    assert torch.equal(sampler.sample(np.random.default_rng(0), 9), expected)


def test_the_average_is_what_is_evaluated(make: Make, tmp_path: Path) -> None:
    spec = make(ema_decay=0.9)
    networks = dict(build_networks(spec).items())
    average = build_networks(make(seed=9))["generator"]
    sampler = load_sampler(write_snapshot(tmp_path, spec, 1, networks | {"generator_average": average}), CPU)
    latents = spec.networks.latents(np.random.default_rng(0), 4)
    torch.testing.assert_close(sampler.sample(np.random.default_rng(0), 4), average(latents).detach())


def test_the_same_numbers_give_the_same_samples(finished: tuple[RunSpec, Path]) -> None:
    sampler = FinishedRun.open(finished[1]).sampler(12, CPU)
    first = sampler.sample(np.random.default_rng(3), 7)
    assert first.shape == (7, 3, 8, 8)
    assert first.dtype == torch.float32
    assert not first.requires_grad
    assert torch.equal(sampler.sample(np.random.default_rng(3), 7), first)
    assert not torch.equal(sampler.sample(np.random.default_rng(4), 7), first)


def test_batch_statistics_leave_the_moving_averages_alone(finished: tuple[RunSpec, Path]) -> None:
    sampler = FinishedRun.open(finished[1]).sampler(12, CPU)
    before = {name: buffer.clone() for name, buffer in sampler.generator.named_buffers()}
    assert before
    population = sampler.sample(np.random.default_rng(0), 20)
    batch = sampler.sample(np.random.default_rng(0), 20, batch_statistics=True)
    assert not torch.allclose(population, batch, atol=1e-3)
    assert all(torch.equal(buffer, before[name]) for name, buffer in sampler.generator.named_buffers())
    # Neither way of sampling colours the next.
    assert torch.equal(sampler.sample(np.random.default_rng(0), 20), population)
    assert torch.equal(sampler.sample(np.random.default_rng(0), 20, batch_statistics=True), batch)


def test_batch_statistics_are_those_of_the_chunk(finished: tuple[RunSpec, Path]) -> None:
    spec, folder = finished
    sampler = FinishedRun.open(folder).sampler(12, CPU)
    small = Sampler(sampler.generator, sampler.prior, CPU, chunk=4)
    found = small.sample(np.random.default_rng(0), 10, batch_statistics=True)
    latents = spec.networks.latents(np.random.default_rng(0), 10)
    parts = [sampler.generator.train()(part).detach() for part in (latents[:4], latents[4:7], latents[7:])]
    assert torch.equal(found, torch.cat(parts))


@pytest.mark.parametrize("count", [1, 4, 5, 9, 12])
def test_no_chunk_is_a_single_leftover_sample(count: int, finished: tuple[RunSpec, Path]) -> None:
    # Batch norm has no statistics of one.
    sampler = FinishedRun.open(finished[1]).sampler(6, CPU)
    sizes: list[int] = []
    sampler.generator.register_forward_pre_hook(lambda _module, inputs: sizes.append(len(inputs[0])))
    samples = Sampler(sampler.generator, sampler.prior, CPU, chunk=4).sample(np.random.default_rng(0), count)
    assert len(samples) == sum(sizes) == count
    assert max(sizes) <= 4
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("content", ["nothing", "garbage", "no header", "wrong spec", "other tensors"])
def test_what_is_no_snapshot_is_one_line(content: str, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    header = {"spec": make().model_dump_json()}
    match content:
        case "garbage":
            path.write_bytes(b"garbage")
        case "no header":
            save_file({"generator.a": torch.zeros(1)}, path)
        case "wrong spec":
            save_file({"generator.a": torch.zeros(1)}, path, {"spec": '{"seed": -1}'})
        case "other tensors":
            save_file({"generator.a": torch.zeros(1)}, path, header)
    with pytest.raises(GanpipeError, match="not a snapshot of this version of ganpipe") as caught:
        load_sampler(path, CPU)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("method", ["presgan", "vae"])
def test_a_snapshot_gives_back_generator_and_sigma(make: Make, train: Train, tmp_path: Path, method: str) -> None:
    spec = make("digits", method, steps=6, snapshots=2)
    train(spec, tmp_path)
    finished = FinishedRun.open(tmp_path)
    density = finished.density(3, CPU)
    with safe_open(snapshot_path(tmp_path, 3), framework="pt") as file:
        assert torch.equal(density.sigma, file.get_tensor("sigma.log_sigma").exp())
    assert density.sigma.shape == spec.dataset.sample_shape
    assert not torch.equal(density.sigma, finished.density(6, CPU).sigma)
    rng = np.random.default_rng(0)
    latents = spec.networks.latents(np.random.default_rng(0), 5)
    assert torch.equal(density.mean(latents), finished.sampler(3, CPU).sample(rng, 5))
    assert not density.mean(latents).requires_grad
    assert density.latent_dim == spec.networks.latent_dim
    assert density.encoder()(density.mean(latents)).shape == (5, 2 * density.latent_dim)


def test_the_density_is_around_the_moving_average_where_there_is_one(make: Make, train: Train, tmp_path: Path) -> None:
    spec = make("digits", "vae", ema_decay=0.9)
    train(spec, tmp_path)
    finished = FinishedRun.open(tmp_path)
    latents = spec.networks.latents(np.random.default_rng(0), 4)
    expected = finished.sampler(12, CPU).sample(np.random.default_rng(0), 4)
    assert torch.equal(finished.density(12, CPU).mean(latents), expected)


def test_a_method_without_learned_noise_has_no_density(finished: tuple[RunSpec, Path]) -> None:
    _, folder = finished
    with pytest.raises(GanpipeError, match=r"snapshot-00000012\.safetensors: its method learns no noise"):
        load_density(snapshot_path(folder, 12), CPU)
    snapshot_path(folder, 6).write_bytes(b"damaged")
    with pytest.raises(GanpipeError, match="missing or damaged"):
        FinishedRun.open(folder).density(6, CPU)


def test_a_snapshot_without_its_sigma_is_one_line(make: Make, tmp_path: Path) -> None:
    spec = make("digits", "vae")
    path = write_snapshot(tmp_path, spec, 3, {"generator": build_networks(spec)["generator"]})
    with pytest.raises(GanpipeError, match=r"snapshot-00000003\.safetensors: not a snapshot of this version"):
        load_density(path, CPU)
