"""What samplers score that know the place of the data and none of its modes.

docs/measures.md and the notes of presgan_figure1, invertgan_table1 and ablation_composition_digits say these numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.data.mixtures import Mixture
from ganpipe.data.prepare import open_prepared, prepare
from ganpipe.data.presets import PRESETS
from ganpipe.evaluation.networks.classifier import Classifier, train_classifier
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocols.mixture import MixtureModes
from ganpipe.evaluation.protocols.protocol import Context, Protocol
from ganpipe.evaluation.protocols.sliced_wasserstein import SlicedWasserstein


def mixture(name: str) -> Mixture:
    dataset = PRESETS[name]
    assert isinstance(dataset, Mixture)
    return dataset


def circle(dataset: Mixture, rng: np.random.Generator, count: int) -> np.ndarray:
    """Even on the circle through all centres."""
    angles = rng.uniform(0, 2 * np.pi, count)
    return np.linalg.norm(dataset.centres()[0]) * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def gaussian(dataset: Mixture, rng: np.random.Generator, count: int) -> np.ndarray:
    """One Gaussian with the mixture's mean and covariance."""
    centres = dataset.centres()
    covariance = np.cov(centres.T, bias=True) + dataset.sigma**2 * np.eye(2)
    return rng.multivariate_normal(centres.mean(axis=0), covariance, count)


@pytest.mark.parametrize(
    ("name", "sampler", "protocol", "expected"),
    [
        ("ring10_presgan", circle, MixtureModes(), {"modes": 10, "reverse_kl": 0.01, "high_quality_fraction": 0.15}),
        ("ring10_presgan", circle, SlicedWasserstein(), {"sliced_wasserstein": 0.18}),
        (
            "grid25_invertgan",
            gaussian,
            MixtureModes(samples=100_000),
            {"modes": 25, "reverse_kl": 0.16, "high_quality_fraction": 0.016},
        ),
    ],
)
def test_modes_and_divergences_are_as_good_as_those_of_the_best_methods_and_quality_is_not(
    fake_run, name: str, sampler, protocol: Protocol, expected: dict[str, float]
) -> None:
    dataset = mixture(name)

    def draw(rng: np.random.Generator, count: int, step: int) -> Tensor:
        return torch.from_numpy(sampler(dataset, rng, count).astype(np.float32))

    contexts = [Context(fake_run(dataset, draw, seed=seed), Path(), None, torch.device("cpu")) for seed in range(5)]
    rows = [{row.metric: row.value for row in protocol.measure(context, 100)} for context in contexts]
    tolerance = {"modes": 0, "reverse_kl": 0.01, "sliced_wasserstein": 0.01}
    for metric, value in expected.items():
        mean = np.mean([float(row[metric] or 0.0) for row in rows])
        assert mean == pytest.approx(value, abs=tolerance.get(metric, 0.1 * value)), metric


def test_one_gaussian_of_pixels_finds_the_modes_of_stacked_digits(
    fake_run, digits_folder: Path, tmp_path: Path
) -> None:
    dataset, cpu = PRESETS["stacked_digits"], torch.device("cpu")
    prepare(dataset, tmp_path / "data", None)
    train_classifier(CLASSIFIERS["digits"], digits_folder, tmp_path / "classifier", cpu)
    images = open_prepared(dataset, tmp_path / "data", "train", cpu).draw(np.random.default_rng(0), 10_000)
    pixels = images.reshape(-1, 64).double().numpy()
    mean, covariance = pixels.mean(axis=0), np.cov(pixels.T)

    def draw(rng: np.random.Generator, count: int, step: int) -> Tensor:
        drawn = rng.multivariate_normal(mean, covariance, (count, 3)).clip(*dataset.value_range)
        return torch.from_numpy(drawn.reshape(count, 3, 8, 8).astype(np.float32))

    context = Context(fake_run(dataset, draw), tmp_path / "data", Classifier.open(tmp_path / "classifier", cpu), cpu)
    protocols = (PROTOCOLS["modes-10k"], PROTOCOLS["fid-10k-classifier"].model_copy(update={"real": 10_000}))
    found = {row.metric: row.value for protocol in protocols for row in protocol.measure(context, 100)}
    assert found["modes"] == pytest.approx(997, abs=2)
    assert found["reverse_kl"] == pytest.approx(0.13, abs=0.01)
    assert found["fid_classifier"] == pytest.approx(72, abs=4)
