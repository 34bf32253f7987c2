"""Linear generators with Gaussian noise, of which everything that is estimated is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ganpipe.data.mixtures import Ring
from ganpipe.evaluation.likelihood.densities import OutputGaussian
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.proposal import Proposal

RING = Ring(sigma=0.3, train_samples=500, test_samples=60)


@dataclass(frozen=True)
class LinearModel:
    """x = W z + b + sigma eps: x ~ N(b, W W' + diag sigma^2)."""

    weight: Tensor
    bias: Tensor
    sigma: Tensor

    @property
    def latent_dim(self) -> int:
        return self.weight.shape[1]

    def mean(self, latents: Tensor) -> Tensor:
        return latents @ self.weight.T + self.bias

    def encoder(self) -> nn.Module:
        return nn.Linear(len(self.bias), 2 * self.latent_dim, dtype=self.weight.dtype)

    @property
    def joint(self) -> Joint:
        return Joint(self.mean, OutputGaussian(self.sigma), self.latent_dim)

    @property
    def marginal(self) -> torch.distributions.MultivariateNormal:
        covariance = self.weight @ self.weight.T + self.sigma.square().diag()
        return torch.distributions.MultivariateNormal(self.bias, covariance)

    @property
    def precision(self) -> Tensor:
        """Of z given any x."""
        return torch.eye(self.latent_dim, dtype=self.weight.dtype) + (self.weight.T / self.sigma**2) @ self.weight

    def posterior_mean(self, samples: Tensor) -> Tensor:
        right = (samples - self.bias) / self.sigma**2 @ self.weight
        return torch.linalg.solve(self.precision, right.T).T

    def proposal(self, sample: Tensor, overdispersion: float = 1.2) -> Proposal:
        """What a perfectly fitted encoder and a perfect mode give."""
        return Proposal(self.posterior_mean(sample[None])[0], (overdispersion / self.precision.diag()).sqrt())


def linear_model(latent_dim: int, features: int, *, correlated: bool = False) -> LinearModel:
    """Some model in float64. Unless ``correlated``, latents are independent in the posterior, as encoders take them."""
    random = torch.Generator().manual_seed(0)
    weight, bias, noise = (
        torch.randn(*shape, generator=random, dtype=torch.float64)
        for shape in ((features, latent_dim), (features,), (features,))
    )
    sigma = 0.5 + 0.2 * noise.tanh()
    if not correlated:
        weight = sigma[:, None] * torch.linalg.qr(weight).Q * torch.linspace(0.5, 4, latent_dim)
    return LinearModel(weight, bias, sigma)


def drawn(model: LinearModel, count: int, seed: int) -> Tensor:
    """Samples of the model itself, [count, features]."""
    random = torch.Generator().manual_seed(seed)
    z, eps = (
        torch.randn(count, size, generator=random, dtype=torch.float64) for size in (model.latent_dim, len(model.bias))
    )
    return model.mean(z) + model.sigma * eps


def noise(samples: int, latent_dim: int, seed: int = 0) -> Tensor:
    return torch.randn(samples, latent_dim, generator=torch.Generator().manual_seed(seed))


@dataclass
class LinearSpec:
    seed: int = 0
    dataset: Ring = RING


@dataclass
class LinearRun:
    """What :class:`ganpipe.training.run.FinishedRun` is to an evaluation of likelihood, on the points of a ring."""

    spec: LinearSpec
    steps: list[int]
    run_id: str = "0123456789ab"
    result: dict[str, Any] = field(default_factory=dict)
    opened: list[int] = field(default_factory=list)

    def density(self, step: int, device: torch.device) -> LinearModel:
        self.opened.append(step)
        weight = torch.tensor([[1.0, 0.3], [-0.3, 1.0]])
        return LinearModel(weight * (1 + step / 1000), torch.tensor([0.1, -0.2]), torch.tensor([0.4, 0.5]))
