"""Short runs whose numbers are pinned in golden.json: they fail when the mathematics of a run changes.

A run's name must change with its mathematics, or finished runs keep the name of what is computed otherwise now. So:
raise the version of the part that changed (ENGINE_VERSION for the loop itself), which changes the names of its runs,
and then record the new numbers, also those of a new run here, with

    python tests/training/test_golden.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from ganpipe.files import write_json
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.randomness import Purpose, generator
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import PlayerTraining, Training
from ganpipe.training.trainer import Trainer

PINNED = Path(__file__).with_name("golden.json")
COMMAND = "python tests/training/test_golden.py"
TOLERANCE = 1e-4
"""Relative. Processors round differently, and a few steps do not amplify that so far."""


def short(dataset: str, networks: Networks, method: Method, **training: Any) -> RunSpec:
    settings = {"steps": 6, "batch_size": 16, "learning_rate": 1e-3} | training
    return RunSpec(dataset=DATASETS[dataset], networks=networks, method=method, training=Training(**settings), seed=1)


PLAYERS = {
    "generator": PlayerTraining(updates=2, learning_rate=5e-4),
    "discriminator": PlayerTraining(betas=(0.0, 0.9)),
}
RUNS = {
    "ring_gan": short("ring8_pacgan", NETWORKS["mlp"], METHODS["gan"]),
    "ring_gan_minimax": short("ring8_pacgan", NETWORKS["mlp"], METHODS["gan_minimax"]),
    "ring_pacgan3": short("ring8_pacgan", NETWORKS["pacgan_2d"], METHODS["pacgan3"]),
    "grid_md": short("grid25_pacgan", NETWORKS["mlp"], METHODS["md"]),
    "digits_setgan5": short("digits", NETWORKS["small_conv"], METHODS["setgan5"]),
    "ring_m_bgan": short("ring8_pacgan", NETWORKS["mlp"], METHODS["m_bgan"]),
    "ring_bgan": short("ring8_pacgan", NETWORKS["mlp"], METHODS["bgan"]),
    "ring_mixup": short("ring8_pacgan", NETWORKS["mlp"], METHODS["mixup"]),
    "ring_unrolled5": short("ring8_pacgan", NETWORKS["mlp"], METHODS["unrolled5"]),
    "ring_ali": short("ring8_pacgan", NETWORKS["ali_2d"], METHODS["ali"], simultaneous=True),
    "digits_bigan": short("digits", NETWORKS["small_conv"], METHODS["bigan"]),
    "ring_veegan": short("ring8_pacgan", NETWORKS["mlp"], METHODS["veegan"]),
    "grid_invertgan": short("grid25_invertgan", NETWORKS["invertgan_2d"], METHODS["invertgan"]),
    "grid_invertgan_kl": short("grid25_invertgan", NETWORKS["invertgan_2d"], METHODS["invertgan_kl"]),
    "ring_presgan": short(
        *("ring10_presgan", NETWORKS["presgan_ring"], METHODS["presgan_ring"]), learning_rates={"sigma": 1e-4}
    ),
    "ring_vae": short("ring10_presgan", NETWORKS["presgan_ring"], METHODS["vae"]),
    "ring_pacwgan_gp2": short("ring8_pacgan", NETWORKS["mlp"], METHODS["pacwgan_gp2"]),
    "ring_sngan": short("ring8_pacgan", NETWORKS["mlp"], METHODS["sngan"]),
    "stacked_digits_pacgan2": short(
        *("stacked_digits", NETWORKS["small_conv"], METHODS["pacgan2"]), players=PLAYERS, shared_latents=True
    ),
}


def numbers(spec: RunSpec) -> list[dict[str, float]]:
    """Each player's loss at every step, and at last the size of samples as an evaluation draws them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    samples = spec.dataset.open(spec.dataset.prepare(None), "train", torch.device("cpu"))
    trainer = Trainer(spec, samples, torch.device("cpu"))
    found = []
    for _ in range(spec.training.steps):
        trainer.advance()
        found.append(trainer.mean_losses())
    latents = spec.networks.latents(generator(spec.seed, Purpose.EVALUATION), 200)
    with torch.no_grad():
        found.append({"size": trainer.networks["generator"].eval()(latents).abs().mean().item()})
    torch.set_num_threads(threads)
    return found


def agree(found: list[dict[str, float]], pinned: list[dict[str, float]]) -> bool:
    return len(found) == len(pinned) and all(
        one == pytest.approx(other, rel=TOLERANCE) for one, other in zip(found, pinned, strict=True)
    )


@pytest.mark.parametrize("name", RUNS)
def test_numbers_are_those_on_record(name: str) -> None:
    pinned = json.loads(PINNED.read_text())
    assert name in pinned, f"record the new run with `{COMMAND}`"
    same_name = pinned[name]["run_id"] == RUNS[name].run_id
    found = numbers(RUNS[name])
    assert agree(found, pinned[name]["numbers"]) or not same_name, (
        f"{name} computes something else under the same name: raise the version of what changed, then `{COMMAND}`; "
        f"it gives {found}, on record are {pinned[name]['numbers']}"
    )
    assert same_name, f"{name} has a new name (a version was raised): record it with `{COMMAND}`"


def test_the_test_can_fail() -> None:
    found = numbers(RUNS["ring_gan"])
    other = numbers(RUNS["ring_gan"].model_copy(update={"method": METHODS["gan_minimax"]}))
    assert agree(found, found)
    assert not agree(other, found)


if __name__ == "__main__":
    before = json.loads(PINNED.read_text()) if PINNED.exists() else {}
    after = {name: {"run_id": spec.run_id, "numbers": numbers(spec)} for name, spec in RUNS.items()}
    nameless = [
        name
        for name, run in after.items()
        if before.get(name, {}).get("run_id") == run["run_id"] and not agree(run["numbers"], before[name]["numbers"])
    ]
    if nameless:
        sys.exit(f"not recorded: {', '.join(nameless)} changed under the same name; raise the version of what changed")
    write_json(PINNED, after)
