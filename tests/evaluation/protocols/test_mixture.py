from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from ganpipe.data.mixtures import Grid, Mixture, Ring
from ganpipe.data.presets import PRESETS
from ganpipe.evaluation.protocols.mixture import IDEAL_QUALITY, MixtureModes, high_quality_counts
from ganpipe.evaluation.protocols.protocol import Context, Measurement
from ganpipe.plan.yaml_file import read_yaml

RING = Ring()


def ideal(dataset: Mixture) -> Callable[[np.random.Generator, int, int], Tensor]:
    def draw(rng: np.random.Generator, count: int, step: int) -> Tensor:
        labels = rng.integers(dataset.mode_count, size=count)
        points = dataset.centres()[labels] + dataset.sigma * rng.standard_normal((count, 2))
        return torch.from_numpy(points.astype(np.float32))

    return draw


def measured(fake_run, protocol: MixtureModes, dataset: Mixture, draw, seed: int = 0) -> dict[str, Measurement]:
    run = fake_run(dataset, draw, seed=seed)
    return {row.metric: row for row in protocol.measure(Context(run, Path(), None, torch.device("cpu")), 100)}


def test_counts_agree_with_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    centres, sigma = Grid().centres(), 0.3
    points = rng.uniform(-6, 6, size=(500, 2))
    expected = [0] * len(centres)
    for point in points:
        distances = [math.dist(point, centre) for centre in centres]
        if min(distances) < 3 * sigma:
            expected[distances.index(min(distances))] += 1
    counts = high_quality_counts(points, centres, sigma)
    assert counts.tolist() == expected
    assert 0 < counts.sum() < 500


def test_three_sigma_is_strict_and_what_is_not_finite_has_no_quality() -> None:
    centres = np.array([[0.0, 0.0], [10.0, 0.0]])
    points = np.array([[1.5, 0.0], [1.4999, 0.0], [10.0, -1.5], [math.nan, 0.0], [math.inf, 0.0]])
    assert high_quality_counts(points, centres, 0.5).tolist() == [1, 0]


def test_known_samples_give_known_values(fake_run) -> None:
    """300 samples on mode 0, 100 on mode 1, 100 far away."""
    centres = RING.centres()
    points = np.concatenate([np.repeat(centres[:1], 300, 0), np.repeat(centres[1:2], 100, 0), np.full((100, 2), 9.0)])

    def draw(rng: np.random.Generator, count: int, step: int) -> Tensor:
        return torch.from_numpy(points.astype(np.float32))

    pacgan = measured(fake_run, MixtureModes(samples=500), RING, draw)
    assert list(pacgan) == ["modes", "reverse_kl", "high_quality_fraction"] == list(MixtureModes().metrics)
    assert pacgan["modes"].value == 2
    assert pacgan["high_quality_fraction"].value == 0.8
    assert pacgan["high_quality_fraction"].error == pytest.approx(math.sqrt(0.8 * 0.2 / 500))
    assert pacgan["reverse_kl"].value == pytest.approx(0.75 * math.log(8 * 0.75) + 0.25 * math.log(8 * 0.25))
    assert {row.n for row in pacgan.values()} == {500}

    invertgan = measured(fake_run, MixtureModes(samples=500, kl_reading="both"), RING, draw)
    assert list(invertgan) == ["modes", "reverse_kl", "reverse_kl_over_all", "high_quality_fraction"]
    over_all = float(invertgan["reverse_kl_over_all"].value or 0.0)
    assert over_all == pytest.approx(0.6 * math.log(8 * 0.6) + 0.2 * math.log(8 * 0.2))
    assert over_all == pytest.approx(0.8 * (float(pacgan["reverse_kl"].value or 0.0) + math.log(0.8)))
    assert {name: invertgan[name] for name in pacgan} == pacgan


@pytest.mark.parametrize("name", ["ring8_pacgan", "grid25_invertgan"])
def test_floors_are_what_the_mixture_itself_scores(fake_run, name: str) -> None:
    dataset = PRESETS[name]
    assert isinstance(dataset, Mixture)
    protocol = MixtureModes(samples=500, kl_reading="both")
    trials = [measured(fake_run, protocol, dataset, ideal(dataset), seed) for seed in range(200)]
    for metric in protocol.metrics:
        values = [float(trial[metric].value or 0.0) for trial in trials]
        floor = trials[0][metric].floor
        assert floor == pytest.approx(np.mean(values), abs=4 * np.std(values) / math.sqrt(200) + 1e-6)
    errors = [float(trial["high_quality_fraction"].error or 0.0) for trial in trials]
    spread = np.std([float(trial["high_quality_fraction"].value or 0.0) for trial in trials])
    assert np.mean(errors) == pytest.approx(spread, rel=0.2)


def test_ideal_quality_is_the_share_within_three_sigma() -> None:
    assert pytest.approx(1 - math.exp(-4.5), abs=1e-12) == IDEAL_QUALITY


def test_without_high_quality_samples_the_divergences_are_undefined(fake_run) -> None:
    protocol = MixtureModes(samples=50, kl_reading="both")
    rows = measured(fake_run, protocol, RING, lambda rng, count, step: torch.full((count, 2), 9.0))
    assert (rows["modes"].value, rows["high_quality_fraction"].value) == (0, 0)
    for divergence in ("reverse_kl", "reverse_kl_over_all"):
        assert (rows[divergence].value, rows[divergence].error) == (None, None)


def test_what_invertgan_reports_of_bigan_on_the_ring_would_be_a_single_mode() -> None:
    """The note of config/experiments/invertgan_table1.yaml: q (KL + log q), with a KL of log 8 at most."""
    numbers = read_yaml(Path(__file__).parents[3] / "config" / "reported" / "invertgan.yaml")
    cell = ("ring8_invertgan", "BiGAN")
    bigan = {each["metric"]: each["value"] for each in numbers if (each["dataset"], each["method"]) == cell}
    quality = bigan["high_quality_fraction"]
    most = quality * (math.log(8) + math.log(quality))
    assert most == pytest.approx(0.435, abs=5e-4)
    assert most > bigan["reverse_kl_over_all"] > 0.98 * most
    assert bigan["modes"] == 6.8


def test_fits_mixtures_of_several_modes_only() -> None:
    assert MixtureModes().applies_to(RING) is None
    assert "centres" in str(MixtureModes().applies_to(PRESETS["digits"]))
    assert "only one" in str(MixtureModes().applies_to(Ring(modes=1)))
