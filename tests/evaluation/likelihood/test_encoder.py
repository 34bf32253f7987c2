from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganpipe.evaluation.likelihood import encoder as module
from ganpipe.evaluation.likelihood.encoder import Schedule, elbo, fit, new_encoder
from ganpipe.layout import CHECKPOINT, PREVIOUS_CHECKPOINT
from tests.evaluation.likelihood.linear import LinearModel, drawn, linear_model, noise

SHORT = Schedule(steps=12, batch_size=16, learning_rate=0.01)


class Drawn:
    """A training split that is the model's own samples."""

    labels = None

    def __init__(self, model: LinearModel) -> None:
        self.samples = drawn(model, 2000, seed=5)
        self.steps_left = 10**9

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, indices: Tensor | slice) -> Tensor:
        return self.samples[indices]

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise RuntimeError("killed")
        return self.samples[torch.from_numpy(rng.integers(len(self), size=count))]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return linear_model(2, 4)


def fitted(model: LinearModel, schedule: Schedule, seed: int = 0, keep: Path | None = None) -> nn.Module:
    return fit(model.joint, new_encoder(model.encoder, seed), Drawn(model), schedule, seed, keep)


def test_elbo_is_what_its_terms_say(model: LinearModel) -> None:
    network, points = new_encoder(model.encoder, 3), drawn(model, 5, seed=1)
    draws = noise(5, 2).double()
    mean, log_variance = network(points).chunk(2, dim=1)
    posterior = torch.distributions.Normal(mean, (log_variance / 2).exp())
    prior = torch.distributions.Normal(torch.zeros(2, dtype=torch.float64), 1.0)
    z = posterior.loc + posterior.scale * draws
    likelihood = torch.distributions.Normal(model.mean(z), model.sigma).log_prob(points).sum(1)
    divergence = torch.distributions.kl_divergence(posterior, prior).sum(1)
    assert torch.allclose(elbo(model.joint, network, points, draws), likelihood - divergence)


def test_the_fit_finds_the_posterior(model: LinearModel) -> None:
    encoder = fitted(model, Schedule(steps=1500, batch_size=64, learning_rate=0.01))
    points = drawn(model, 50, seed=1)
    with torch.no_grad():
        mean, log_variance = encoder(points).chunk(2, dim=1)
    assert not encoder.training
    assert torch.allclose(mean, model.posterior_mean(points), atol=0.15)
    assert torch.allclose(log_variance.mean(0), -model.precision.diag().log(), atol=0.1)
    assert float(log_variance.std(0).max()) < 0.3
    gaps = model.marginal.log_prob(points) - torch.stack(
        [elbo(model.joint, encoder, points, noise(50, 2, seed).double()).detach() for seed in range(200)]
    ).mean(0)
    assert 0 < float(gaps.mean()) < 0.03


def test_equal_seeds_give_equal_encoders_and_leave_the_global_generator_alone(model: LinearModel) -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first, again, other = (fitted(model, SHORT, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first.weight, again.weight)
    assert not torch.equal(first.weight, other.weight)
    assert not torch.equal(new_encoder(model.encoder, 1).weight, new_encoder(model.encoder, 2).weight)


def test_an_interrupted_fit_goes_on_to_the_same_end(
    model: LinearModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECKPOINT_EVERY", 0.0)
    undisturbed = fitted(model, SHORT)
    samples = Drawn(model)
    for steps in (5, 3):
        samples.steps_left = steps
        with pytest.raises(RuntimeError, match="killed"):
            fit(model.joint, new_encoder(model.encoder, 0), samples, SHORT, 0, tmp_path)
    samples.steps_left = SHORT.steps - 8  # nothing is done twice
    resumed = fit(model.joint, new_encoder(model.encoder, 0), samples, SHORT, 0, tmp_path)
    assert torch.equal(resumed.weight, undisturbed.weight)
    assert torch.equal(resumed.bias, undisturbed.bias)


def test_a_finished_fit_is_kept(model: LinearModel, tmp_path: Path) -> None:
    first = fitted(model, SHORT, keep=tmp_path)
    samples = Drawn(model)
    samples.steps_left = 0
    again = fit(model.joint, new_encoder(model.encoder, 0), samples, SHORT, 0, tmp_path)
    assert torch.equal(first.weight, again.weight)
    assert (tmp_path / CHECKPOINT).is_file()
    assert not (tmp_path / PREVIOUS_CHECKPOINT).exists()
