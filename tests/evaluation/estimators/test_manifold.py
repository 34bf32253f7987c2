from __future__ import annotations

import numpy as np
import pytest

from ganpipe.evaluation.estimators.manifold import ManifoldScores, _chunks, expected_coverage, manifold_scores


def by_loops(real: np.ndarray, generated: np.ndarray, k: int) -> ManifoldScores:
    def radius(samples: np.ndarray, i: int) -> float:
        return sorted(np.linalg.norm(samples - samples[i], axis=1))[k]

    real_radii = [radius(real, i) for i in range(len(real))]
    generated_radii = [radius(generated, j) for j in range(len(generated))]
    inside = np.array([[np.linalg.norm(x - y) <= r for y in generated] for x, r in zip(real, real_radii, strict=True)])
    recalled = [any(np.linalg.norm(x - y) <= r for y, r in zip(generated, generated_radii, strict=True)) for x in real]
    return ManifoldScores(
        precision=float(inside.any(0).mean()),
        recall=float(np.mean(recalled)),
        density=float(inside.sum() / (k * len(generated))),
        coverage=float(inside.any(1).mean()),
    )


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("chunk", [4, 1000])
def test_agrees_with_plain_loops(k: int, chunk: int) -> None:
    rng = np.random.default_rng(0)
    real, generated = rng.standard_normal((30, 3)), 0.8 * rng.standard_normal((21, 3)) + 0.5
    expected = by_loops(real, generated, k)
    assert manifold_scores(real, generated, k, chunk) == expected
    assert len({expected.precision, expected.recall, expected.density, expected.coverage}) == 4


def test_identical_sets_are_perfect() -> None:
    real = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)
    scores = manifold_scores(real, real.copy(), 3)
    assert (scores.precision, scores.recall, scores.coverage) == (1, 1, 1)
    assert scores.density >= 1


def test_disjoint_sets_share_nothing() -> None:
    rng = np.random.default_rng(0)
    far = rng.standard_normal((50, 4)) + 1000
    assert manifold_scores(rng.standard_normal((40, 4)), far, 3) == ManifoldScores(0, 0, 0, 0)


def test_a_generator_of_one_real_image_is_precise_and_covers_little() -> None:
    real = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32) + 100
    scores = manifold_scores(real, np.repeat(real[:1], 30, axis=0), 3)
    assert scores.precision == 1
    assert scores.recall == 1 / 50
    assert scores.coverage == np.mean([radius >= 0 for radius in _reaches(real, real[0], 3)])
    assert 1 / 50 <= scores.coverage < 0.5


def _reaches(real: np.ndarray, point: np.ndarray, k: int) -> list[float]:
    """How far inside each real ball a point is."""
    distances = np.linalg.norm(real[:, None].astype(np.float64) - real, axis=2)
    radii = np.sort(distances, axis=1)[:, k]
    return list(radii - np.linalg.norm(real.astype(np.float64) - point, axis=1))


def test_equal_images_are_at_no_distance_whatever_rounding_says() -> None:
    samples = np.random.default_rng(0).standard_normal((40, 300)) * 1e3
    ((_, squared),) = _chunks(samples, samples.copy(), 40)
    assert (np.diag(squared) == 0).all()
    assert (squared[~np.eye(40, dtype=bool)] > 0).all()


def test_copies_of_real_images_are_on_the_border_of_balls_that_reach_them() -> None:
    """In other blocks the same distance may round differently, so a set and a part of it, shuffled, can disagree."""
    rng = np.random.default_rng(0)
    for trial in range(20):
        real = rng.standard_normal((100, 200)) * 100 + 1
        copies = rng.permutation(real)[: 33 + trial]
        assert manifold_scores(real, copies, 5, chunk=33) == _by_differences(real, copies, 5)


def _by_differences(real: np.ndarray, generated: np.ndarray, k: int) -> ManifoldScores:
    def squared(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.square(x[:, None] - y).sum(-1)

    inside = squared(real, generated) <= np.sort(squared(real, real), axis=1)[:, k, None]
    recalled = squared(real, generated) <= np.sort(squared(generated, generated), axis=1)[:, k]
    return ManifoldScores(inside.any(0).mean(), recalled.any(1).mean(), inside.sum(0).mean() / k, inside.any(1).mean())


def test_constant_features_are_equal_or_disjoint() -> None:
    ones = np.full((10, 5), 0.1, dtype=np.float32)
    assert manifold_scores(ones, ones[:7], 2).recall == 1
    assert manifold_scores(ones, ones[:7], 2).coverage == 1
    assert manifold_scores(ones, ones[:7] + 1, 2) == ManifoldScores(0, 0, 0, 0)


def test_an_ideal_sampler_scores_the_expected_coverage_and_density() -> None:
    rng = np.random.default_rng(0)
    trials = [manifold_scores(rng.standard_normal((40, 2)), rng.standard_normal((25, 2)), 3) for _ in range(400)]
    coverage = [scores.coverage for scores in trials]
    assert np.mean(coverage) == pytest.approx(expected_coverage(40, 25, 3), abs=4 * np.std(coverage) / 20)
    density = [scores.density for scores in trials]
    assert np.mean(density) == pytest.approx(1, abs=4 * np.std(density) / 20)


def test_expected_coverage_is_the_product_of_the_paper() -> None:
    """One less the product over i = 1..k of (n - i) / (n + m - i)."""
    product = 39 / 64 * 38 / 63 * 37 / 62
    assert expected_coverage(40, 25, 3) == pytest.approx(1 - product, rel=1e-12)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 5 samples"):
        manifold_scores(np.ones((5, 2)), np.ones((50, 2)), 5)
