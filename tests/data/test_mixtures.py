import numpy as np
import pytest
import torch

from ganpipe.data.mixtures import Grid, Mixture, Ring
from ganpipe.data.presets import PRESETS

CPU = torch.device("cpu")


def test_ring_centres_are_distinct_and_at_the_radius() -> None:
    centres = Ring(modes=8, radius=2.0).centres()
    assert centres[0] == pytest.approx([2.0, 0.0])
    assert centres[1] == pytest.approx([2**0.5, 2**0.5])
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 2.0)
    # Equal angles: neighbours are 2 r sin(pi / 8) apart, the last and the first too.
    gaps = np.linalg.norm(centres - np.roll(centres, 1, axis=0), axis=1)
    np.testing.assert_allclose(gaps, 4 * np.sin(np.pi / 8))


def test_grid_centres() -> None:
    centres = Grid().centres()
    expected = [(-4 + 2 * i, -4 + 2 * j) for i in range(5) for j in range(5)]
    np.testing.assert_array_equal(centres, expected)


@pytest.mark.parametrize("name", ["ring8_pacgan", "ring8_invertgan", "ring10_presgan", "grid25_pacgan"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_every_mode_has_its_mean_and_sigma(name: str, split: str) -> None:
    mixture = PRESETS[name]
    assert isinstance(mixture, Mixture)
    arrays = mixture.prepare(None)
    points, labels = arrays[f"{split}_points"], arrays[f"{split}_labels"]
    assert points.dtype == np.float32
    for mode, centre in enumerate(mixture.centres()):
        members = points[labels == mode]
        tolerance = 5 * mixture.sigma / np.sqrt(len(members))
        np.testing.assert_allclose(members.mean(axis=0), centre, atol=tolerance)
        np.testing.assert_allclose(members.std(axis=0), mixture.sigma, rtol=5 / np.sqrt(2 * len(members)))


def test_balanced_modes_are_exactly_equal_and_random_ones_are_not() -> None:
    balanced = Ring(train_samples=8_000, balanced=True).prepare(None)["train_labels"]
    random = Ring(train_samples=8_000).prepare(None)["train_labels"]
    assert set(np.bincount(balanced)) == {1_000}
    counts = np.bincount(random)
    assert counts.min() != counts.max()
    np.testing.assert_allclose(counts, 1_000, atol=5 * np.sqrt(1_000))


def test_sizes_of_the_papers() -> None:
    per_mode = {"ring8_invertgan": 12_500, "grid25_invertgan": 4_000}
    for name, count in per_mode.items():
        assert set(np.bincount(PRESETS[name].prepare(None)["train_labels"])) == {count}
    for name, count in {"ring8_pacgan": 100_000, "grid25_pacgan": 100_000, "ring10_presgan": 5_000}.items():
        assert len(PRESETS[name].prepare(None)["train_points"]) == count


def test_seed_and_split_change_the_points() -> None:
    first, second = Ring(train_samples=100, test_samples=100), Ring(train_samples=100, test_samples=100, seed=1)
    arrays = first.prepare(None)
    assert not np.array_equal(arrays["train_points"], arrays["test_points"])
    assert not np.array_equal(arrays["train_points"], second.prepare(None)["train_points"])


def test_opened_points_are_the_prepared_ones() -> None:
    ring = Ring(train_samples=100)
    arrays = ring.prepare(None)
    samples = ring.open(arrays, "train", CPU)
    np.testing.assert_array_equal(samples[:].numpy(), arrays["train_points"])
    assert samples.labels is not None
    np.testing.assert_array_equal(samples.labels.numpy(), arrays["train_labels"])
