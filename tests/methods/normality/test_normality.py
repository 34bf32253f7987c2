"""The Gaussian losses of InvertGAN against closed forms, and what their gradients do."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
import scipy.linalg
import scipy.special
import torch
from torch import Tensor
from torch.distributions import MultivariateNormal, kl_divergence

from ganpipe.methods.games.game import Turn
from ganpipe.methods.games.invertgan import InvertGAN
from ganpipe.methods.normality.kl import FLOOR, KL
from ganpipe.methods.normality.normality import Moments, Normality, moments
from ganpipe.methods.normality.p_norm import PNorm
from ganpipe.methods.normality.w2 import W2
from ganpipe.methods.normality.w2_1d import W2OneDimensional
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training

KINDS = [kind for kind in Normality.kinds.values() if kind.__module__.startswith("ganpipe.")]
MULTIVARIATE: list[Moments] = [W2(), KL(), PNorm(), PNorm(p=1.0), PNorm(p=3.0)]
ALL = [*MULTIVARIATE, W2OneDimensional()]
TURN = Turn(Method(), {}, torch.empty(0), {}, {})


def encodings(seed: int, count: int = 12, dim: int = 4) -> Tensor:
    """Correlated, and off centre: float64 [count, dim]."""
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.normal(size=(count, dim)) @ rng.normal(size=(dim, dim)) + rng.normal(size=dim))


def with_moments(mean: Tensor, covariance: Tensor, count: int = 50) -> Tensor:
    """A batch whose own mean and covariance are those asked for."""
    z = torch.from_numpy(np.random.default_rng(0).normal(size=(count, len(mean))))
    _, own = moments(z)
    white = torch.linalg.solve_triangular(torch.linalg.cholesky(own), (z - z.mean(dim=0)).T, upper=False)
    return (torch.linalg.cholesky(covariance) @ white).T + mean


def gradient(loss: Normality, z: Tensor) -> tuple[Tensor, Tensor]:
    z = z.clone().requires_grad_()
    value = loss.loss(TURN, z)
    return value.detach(), torch.autograd.grad(value, z)[0]


@pytest.mark.parametrize("seed", range(5))
def test_moments_are_those_of_numpy(seed: int) -> None:
    z = encodings(seed)
    mean, covariance = moments(z)
    np.testing.assert_allclose(mean, z.numpy().mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(covariance, np.cov(z.numpy().T), rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_w2_is_the_distance_between_gaussians(seed: int) -> None:
    z = encodings(seed)
    mean, covariance = z.numpy().mean(axis=0), np.cov(z.numpy().T)
    root = scipy.linalg.sqrtm(covariance).real
    expected = sqrt(mean @ mean + np.trace(covariance + np.eye(4) - 2 * root))
    assert W2().loss(TURN, z).item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_kl_is_the_divergence_of_the_encodings_gaussian_from_the_standard_one(seed: int) -> None:
    z = encodings(seed)
    mean, covariance = moments(z)
    standard = MultivariateNormal(torch.zeros(4).double(), torch.eye(4).double())
    other = MultivariateNormal(mean, covariance + FLOOR * torch.eye(4).double())
    assert KL().loss(TURN, z).item() == pytest.approx(kl_divergence(standard, other).item(), rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("p", [1.0, 2.0, 3.5])
def test_p_norm_is_entrywise_and_of_absolute_values(seed: int, p: float) -> None:
    z = encodings(seed)
    mean, covariance = z.numpy().mean(axis=0), np.cov(z.numpy().T)
    of_mean = sum(abs(mean[i]) ** p for i in range(4)) ** (1 / p)
    of_covariance = sum(abs(covariance[i, j] - (i == j)) ** p for i in range(4) for j in range(4)) ** (1 / p)
    assert PNorm(p=p).loss(TURN, z).item() == pytest.approx(of_mean + of_covariance, rel=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_the_one_dimensional_loss_is_the_wasserstein_distance_of_the_marginals(seed: int) -> None:
    z = encodings(seed)
    # In one dimension the squared distance is the integral over u of the squared difference of the quantiles.
    at = (np.arange(200_000) + 0.5) / 200_000
    quantiles = scipy.special.ndtri(at)
    squares = [np.mean((one.mean() + one.std(ddof=1) * quantiles - quantiles) ** 2) for one in z.numpy().T]
    assert W2OneDimensional().loss(TURN, z).item() == pytest.approx(sqrt(sum(squares)), rel=1e-4)


def test_in_one_dimension_both_wasserstein_losses_agree_and_in_more_only_one_sees_correlations() -> None:
    torch.testing.assert_close(W2().loss(TURN, encodings(0, dim=1)), W2OneDimensional().loss(TURN, encodings(0, dim=1)))
    correlated = with_moments(torch.zeros(2).double(), torch.tensor([[1.0, 0.9], [0.9, 1.0]]).double())
    assert W2OneDimensional().loss(TURN, correlated).item() == pytest.approx(0.0, abs=1e-12)
    assert W2().loss(TURN, correlated).item() == pytest.approx(sqrt((sqrt(1.9) - 1) ** 2 + (sqrt(0.1) - 1) ** 2))


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("seed", range(3))
def test_gradients_are_those_of_finite_differences(loss: Normality, seed: int) -> None:
    z = encodings(seed, count=7, dim=3).requires_grad_()
    # KL's matrix is the least well conditioned.
    assert torch.autograd.gradcheck(lambda at: loss.loss(TURN, at), z, atol=1e-4)


def test_the_gradient_of_kl_points_to_larger_variance_where_it_is_too_small() -> None:
    # dKL / dSigma = 1/2 (Sigma^-1 - Sigma^-2) at mean zero.
    z = with_moments(torch.zeros(2).double(), torch.diag(torch.tensor([0.5, 2.0]).double()))
    _, slope = gradient(KL(), z)
    along = (slope * z).sum(dim=0)
    # d Sigma_ii = 2 Sigma_ii t when the i-th coordinates are scaled by 1 + t.
    variances = torch.tensor([0.5, 2.0]).double() + FLOOR
    expected = (1 / variances - 1 / variances**2) * torch.tensor([0.5, 2.0]).double()
    torch.testing.assert_close(along, expected)


AWKWARD = {
    "identity": with_moments(torch.zeros(3).double(), torch.eye(3).double()),
    "all in one point": torch.ones(10, 3).double(),
    "on a line": torch.linspace(-1, 1, 10).double()[:, None] * torch.tensor([1.0, 2.0, -1.0]).double(),
    "nearly on a line": torch.linspace(-1, 1, 10).double()[:, None] + 1e-12 * encodings(0, count=10, dim=3),
    "tiny": 1e-30 * encodings(0, count=10, dim=3),
    "large": 1e4 * encodings(0, count=10, dim=3),
    "as few as there can be": encodings(0, count=4, dim=3),
}


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("case", AWKWARD)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_gradients_are_finite_everywhere(loss: Normality, case: str, dtype: torch.dtype) -> None:
    value, slope = gradient(loss, AWKWARD[case].to(dtype))
    assert value.dtype == dtype
    assert value.isfinite()
    assert slope.isfinite().all()


@pytest.mark.parametrize("loss", ALL)
def test_the_loss_is_zero_for_standard_moments_and_for_no_others(loss: Normality) -> None:
    standard = with_moments(torch.zeros(3).double(), torch.eye(3).double())
    assert loss.loss(TURN, standard).item() == pytest.approx(0.0, abs=1e-6)
    for other in (standard + 0.1, 1.1 * standard, 0.9 * standard):
        assert loss.loss(TURN, other) > 1e-3


@pytest.mark.parametrize("loss", [W2(), W2OneDimensional()])
@pytest.mark.parametrize("scale", [1e-2, 1e-6, 1e-10])
def test_the_wasserstein_gradient_stays_bounded_as_the_batch_collapses(loss: Normality, scale: float) -> None:
    z = encodings(0, count=10, dim=3)
    _, slope = gradient(loss, z.mean(dim=0) + scale * (z - z.mean(dim=0)))
    # A distance moves by at most as much as its points do, in the root mean square.
    assert slope.norm() <= 1.1 / sqrt(10 - 1)


@pytest.mark.parametrize("loss", MULTIVARIATE)
def test_descent_ends_at_independent_standard_coordinates(loss: Normality) -> None:
    z = encodings(1, count=40, dim=2).requires_grad_()
    for step in range(1500):
        (slope,) = torch.autograd.grad(loss.loss(TURN, z), z)
        z.data -= 1.0 / (1 + step / 150) * slope
    mean, covariance = moments(z.detach())
    torch.testing.assert_close(mean, torch.zeros(2).double(), atol=0.05, rtol=0)
    torch.testing.assert_close(covariance, torch.eye(2).double(), atol=0.05, rtol=0)


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_encodings_that_are_no_numbers_give_a_loss_that_is_none(loss: Normality, value: float) -> None:
    # And raise nothing: the run is then noticed as diverged.
    z = encodings(0).float()
    z[0, 0] = value
    found, slope = gradient(loss, z)
    assert not found.isfinite()
    assert not slope.isfinite().all()


def test_kl_keeps_its_floor_beside_large_variances() -> None:
    t = torch.linspace(-1, 1, 10)
    z = 1000.0 * t[:, None] * torch.tensor([1.0, 2.0, -1.0])
    variances = np.array([6e6 * t.var().item(), 0.0, 0.0]) + FLOOR
    expected = 0.5 * (np.log(variances).sum() - 3 + (1 / variances).sum())
    assert KL().loss(TURN, z).item() == pytest.approx(expected, rel=1e-5)


def test_kl_does_not_trust_a_factor_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    # What such a factor holds differs from one library to the next.
    monkeypatch.setattr(torch.linalg, "cholesky_ex", lambda matrix: (torch.eye(len(matrix)).double(), torch.tensor(2)))
    assert KL().loss(TURN, encodings(0)).isnan()


@pytest.mark.parametrize("kind", KINDS)
def test_names_its_source_and_can_be_chosen_by_its_kind(kind: type[Normality]) -> None:
    assert kind.source
    chosen = Method.parse({"game": {"kind": "invertgan", "normality": {"kind": kind.model_fields["kind"].default}}})
    assert isinstance(chosen.game, InvertGAN)
    assert chosen.game.normality == kind()


def run(method: Method, batch_size: int, networks: Networks = NETWORKS["mlp"]) -> RunSpec:
    training = Training(steps=1, batch_size=batch_size)
    return RunSpec(dataset=DATASETS["ring8_pacgan"], networks=networks, method=method, training=training)


@pytest.mark.parametrize("loss", ALL)
def test_batches_that_are_too_small_for_a_covariance_are_refused(loss: Normality) -> None:
    method = Method(game=InvertGAN(normality=loss))
    assert run(method, 3).refuses() is None
    assert run(method, 2).refuses() == (
        f"method: invertgan with normality {loss.kind} needs a covariance in 2 dimensions from 2 samples; "
        "set training.batch_size so that they are more than networks.latent_dim"
    )
    # Two packs of two are four samples.
    assert run(method.model_copy(update={"judge": METHODS["pacgan2"].judge}), 2).refuses() is None


def test_only_moments_need_a_batch_and_normal_latents() -> None:
    uniform = NETWORKS["mlp"].model_copy(update={"latent_distribution": "uniform"})
    assert run(METHODS["invertgan"], 8, uniform).refuses() == (
        "method: invertgan with normality p_norm compares encodings with N(0, I); "
        "set networks.latent_distribution: normal"
    )
    for name in ("invertgan_discriminator", "invertgan_none"):
        assert run(METHODS[name], 1, uniform).refuses() is None
