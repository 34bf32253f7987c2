"""Small files in the official formats for every dataset and all weights that the papers need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from sklearn.datasets import load_digits

from ganpipe.evaluation.networks.features import WEIGHTS
from tests.data.official import (
    write_celeba,
    write_cifar10,
    write_cifar100,
    write_ffhq,
    write_galaxy10,
    write_mnist,
    write_stl10,
)
from tests.evaluation.made_up import made_up_inception


def write_digits(folder: Path) -> None:
    """MNIST's files with as many digits of a class as PresGAN's imbalanced sets take, and few different ones."""
    rng = np.random.default_rng(0)
    small = load_digits()
    large = small.images.astype(np.uint8).repeat(3, 1).repeat(3, 2) * 15
    images = np.pad(large, ((0, 0), (2, 2), (2, 2)))
    parts = {}
    for prefix, count in (("train", 5_000), ("t10k", 100)):
        labels = rng.permutation(np.arange(10, dtype=np.uint8).repeat(count))
        chosen = np.empty(len(labels), int)
        for digit in range(10):
            chosen[labels == digit] = rng.choice(np.flatnonzero(small.target == digit), count)
        parts[prefix] = images[chosen], labels
    write_mnist(folder, parts, zipped=False)


def write_weights(folder: Path) -> None:
    """Inception's file with weights that nobody has trained."""
    torch.save(made_up_inception().state_dict(), folder / WEIGHTS)


WRITERS: dict[str, Callable[[Path], object]] = {
    "mnist": write_digits,
    "galaxy10": lambda folder: write_galaxy10(folder, [12] * 10),
    "celeba": lambda folder: write_celeba(folder, [0] * 128 + [1] * 2 + [2] * 32),
    "cifar10": lambda folder: write_cifar10(folder, 32),
    "cifar100": lambda folder: write_cifar100(folder, 160, 32),
    "stl10": lambda folder: write_stl10(folder, 32, 32, 96),
    "ffhq": lambda folder: write_ffhq(folder, 96, 32, zipped=True),
    "inception": write_weights,
}
"""Name of an origin -> what writes its stand-ins into a folder."""


def write_stand_ins(folder: Path, *names: str) -> dict[str, str]:
    """Write the stand-ins of some origins, each into a folder of its own; name -> folder, as config.yaml has it."""
    folders = {}
    for name in names:
        (folder / name).mkdir(parents=True)
        WRITERS[name](folder / name)
        folders[name] = str(folder / name)
    return folders
