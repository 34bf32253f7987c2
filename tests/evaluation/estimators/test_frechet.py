from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg

from ganpipe.evaluation.estimators.frechet import (
    FeatureGaussian,
    Moments,
    covariance_factor,
    frechet_distance,
    gaussian_of,
)

RNG = np.random.default_rng(0)


def correlated(n: int, d: int, seed: int, shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    mixing = rng.standard_normal((d, d)) * np.exp(-np.arange(d) / (d / 4))
    return rng.standard_normal((n, d)) @ mixing.T + shift


def by_square_root(x: np.ndarray, y: np.ndarray) -> float:
    """The formula as it is printed, with SciPy's root of the product."""
    first, second = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(first @ second).real
    return float(np.sum((x.mean(0) - y.mean(0)) ** 2) + np.trace(first + second - 2 * root))


def distance(x: np.ndarray, y: np.ndarray) -> float:
    return frechet_distance(gaussian_of([x]), gaussian_of([y]))


@pytest.mark.parametrize("d", [1, 3, 40])
def test_commuting_gaussians_have_a_closed_form(d: int) -> None:
    """|mu_1 - mu_2|^2 + sum of (s_1 - s_2)^2 over the common axes."""
    axes = np.linalg.qr(RNG.standard_normal((d, d)))[0]
    means, deviations = RNG.standard_normal((2, d)), RNG.uniform(0.1, 3, (2, d))
    first, second = (
        FeatureGaussian(9, mean, covariance_factor(axes @ np.diag(deviation**2) @ axes.T))
        for mean, deviation in zip(means, deviations, strict=True)
    )
    expected = np.sum((means[0] - means[1]) ** 2) + np.sum((deviations[0] - deviations[1]) ** 2)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-12)


def test_agrees_with_scipy_for_covariances_that_do_not_commute() -> None:
    x, y = correlated(400, 30, 1), correlated(300, 30, 2, shift=0.5)
    assert distance(x, y) == pytest.approx(by_square_root(x, y), rel=1e-9)


@pytest.mark.parametrize(("n", "m"), [(20, 400), (400, 20), (20, 25), (31, 32)])
def test_fewer_samples_than_features_agree_with_scipy(n: int, m: int) -> None:
    x, y = correlated(n, 30, 1), correlated(m, 30, 2, shift=0.5)
    assert distance(x, y) == pytest.approx(by_square_root(x, y), rel=1e-6)


def test_the_short_form_is_the_long_one() -> None:
    """The same rank-deficient covariance, once from its samples and once from its matrix."""
    x, y = correlated(20, 30, 1), correlated(100, 30, 2)
    by_matrix = FeatureGaussian(20, x.mean(0), covariance_factor(np.cov(x, rowvar=False)))
    assert len(by_matrix.factor) == 19
    assert distance(x, y) == pytest.approx(frechet_distance(by_matrix, gaussian_of([y])), rel=1e-12)


def test_batch_size_changes_nothing_and_order_only_rounding() -> None:
    x, y = correlated(1000, 20, 1, shift=100.0).astype(np.float32), correlated(1000, 20, 2, shift=100.0)
    whole = gaussian_of([x])
    for size in (1, 7, 20, 21, 999):
        parts = gaussian_of(x[start : start + size] for start in range(0, 1000, size))
        assert np.array_equal(parts.mean, whole.mean)
        assert np.array_equal(parts.factor, whole.factor)
    shuffled = gaussian_of([np.random.default_rng(3).permutation(x)])
    other = gaussian_of([y])
    assert frechet_distance(shuffled, other) == pytest.approx(frechet_distance(whole, other), rel=1e-9)


@pytest.mark.parametrize("n", [2, 19, 20, 21, 61])
def test_streamed_moments_are_those_of_numpy(n: int) -> None:
    x = correlated(n, 20, 1, shift=1e4)
    moments = Moments(20)
    for start in range(0, n, 6):
        moments.add(x[start : start + 6])
    gaussian = moments.gaussian()
    assert (gaussian.count, moments.count) == (n, n)
    np.testing.assert_allclose(gaussian.mean, x.mean(0), rtol=1e-14)
    np.testing.assert_allclose(gaussian.factor.T @ gaussian.factor, np.cov(x, rowvar=False), atol=1e-9)


def test_moments_can_be_read_and_added_to() -> None:
    x = correlated(100, 5, 1)
    moments = Moments(5)
    moments.add(x[:53])
    moments.gaussian()
    moments.add(x[53:])
    covariance = moments.gaussian().factor.T @ moments.gaussian().factor
    np.testing.assert_allclose(covariance, np.cov(x, rowvar=False), rtol=1e-10)


@pytest.mark.parametrize("n", [10, 500])
def test_a_generator_of_one_image_has_a_known_distance(n: int) -> None:
    """Its covariance is 0, so nothing is subtracted; whether or not there are more samples than features."""
    real, image = correlated(300, 30, 1), RNG.standard_normal(30).astype(np.float32)
    expected = np.sum((real.mean(0) - image) ** 2) + np.trace(np.cov(real, rowvar=False))
    assert distance(np.tile(image, (n, 1)), real) == pytest.approx(expected, rel=1e-12)
    assert distance(np.tile(image, (n, 1)), np.tile(image + 1, (n, 1))) == pytest.approx(30, rel=1e-6)


def test_a_generator_of_three_images_is_finite_and_agrees_with_the_definition() -> None:
    """500 samples, rank 2: SciPy's root of a singular product cannot be trusted, that of the small form can."""
    real, images = correlated(300, 30, 1), correlated(3, 30, 5)
    collapsed = images[np.arange(500) % 3]
    factor = (collapsed - collapsed.mean(0)) / np.sqrt(499)
    small = factor @ np.cov(real, rowvar=False) @ factor.T
    overlap = np.sqrt(np.maximum(np.linalg.eigvalsh(small)[-2:], 0)).sum()
    traces = np.trace(np.cov(real, rowvar=False)) + np.sum(factor**2)
    expected = np.sum((real.mean(0) - collapsed.mean(0)) ** 2) + traces - 2 * overlap
    assert distance(collapsed, real) == pytest.approx(expected, rel=1e-9)


def test_equal_sets_have_no_distance_and_the_order_of_two_does_not_matter() -> None:
    x, y = correlated(300, 30, 1), correlated(200, 30, 2)
    assert 0 <= distance(x, x) < 1e-9 * np.trace(np.cov(x, rowvar=False))
    assert distance(x, y) == pytest.approx(distance(y, x), rel=1e-12)


def test_what_has_no_covariance_is_refused() -> None:
    with pytest.raises(ValueError, match="at least two samples, not 1"):
        gaussian_of([np.ones((1, 3))])
    with pytest.raises(ValueError, match="no batches"):
        gaussian_of([])
    for n in (2, 10):
        broken = np.ones((n, 3))
        broken[1, 2] = np.nan
        with pytest.raises(ValueError, match="not finite"):
            gaussian_of([broken])
