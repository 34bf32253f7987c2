from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.distributions import MultivariateNormal

from ganpipe.layers import Density
from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.vae import VAE
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.methods.prescribed import density_of
from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer

CPU, LATENTS, FEATURES = torch.device("cpu"), 3, 4
VAE_METHOD = Method(game=VAE())


@pytest.fixture(autouse=True)
def _seeded() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


def linear_gaussian() -> dict[str, nn.Module]:
    """x = W z + b + sigma eps in float64 with W^T W / sigma^2 diagonal, so that its posterior's covariance is too."""
    density = Density((FEATURES,), 1.0, 1e-3, 10.0).double()
    generator, encoder = nn.Linear(LATENTS, FEATURES).double(), nn.Linear(FEATURES, 2 * LATENTS).double()
    with torch.no_grad():
        density.log_sigma.copy_(torch.tensor([0.5, 0.7, 0.9, 1.1]).double().log())
        orthogonal, _ = torch.linalg.qr(torch.randn(FEATURES, LATENTS, dtype=torch.float64))
        scales = torch.tensor([0.5, 1.0, 1.5], dtype=torch.float64)
        generator.weight.copy_(density.sigma.unsqueeze(1) * orthogonal * scales)
    return {"generator": generator, "encoder": encoder, "sigma": density}


def exact(networks: dict[str, nn.Module]) -> None:
    """Make the encoder the posterior: N(V W^T (x - b) / sigma^2, V), V = (I + W^T W / sigma^2)^-1."""
    generator, encoder, density = networks["generator"], networks["encoder"], density_of(networks)
    with torch.no_grad():
        scaled = (generator.weight / density.sigma.square().unsqueeze(1)).T
        variances = 1.0 / (1.0 + (scaled @ generator.weight).diagonal())
        encoder.weight.zero_()
        encoder.weight[:LATENTS] = variances.unsqueeze(1) * scaled
        encoder.bias[:LATENTS] = -encoder.weight[:LATENTS] @ generator.bias
        encoder.bias[LATENTS:] = variances.log()


def negative_elbo(networks: dict[str, nn.Module], x: Tensor) -> Tensor:
    """The loss with its expectation over eps taken exactly: every corner of a cube, which has a normal's moments."""
    corners = torch.tensor(list(product([-1.0, 1.0], repeat=LATENTS)), dtype=torch.float64)
    real = x.repeat_interleave(len(corners), dim=0)
    turn = Turn(VAE_METHOD, networks, real, {"posterior": corners.repeat(len(x), 1)}, {})
    return VAE_METHOD.losses(turn)["generator"]()


def test_the_elbo_is_the_closed_form() -> None:
    networks = linear_gaussian()
    generator, encoder, sigma = networks["generator"], networks["encoder"], density_of(networks).sigma
    x = torch.randn(5, FEATURES, dtype=torch.float64)
    mean, log_variance = encoder(x).chunk(2, dim=1)
    variance = log_variance.exp()
    spread = variance @ generator.weight.square().T
    likelihood = -0.5 * (((x - generator(mean)).square() + spread) / sigma.square()).sum(dim=1)
    likelihood = likelihood - sigma.log().sum() - FEATURES / 2 * math.log(2 * math.pi)
    prior = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
    posterior = torch.distributions.Normal(mean, variance.sqrt())
    divergence = torch.distributions.kl_divergence(posterior, prior).sum(dim=1)
    torch.testing.assert_close(negative_elbo(networks, x), (divergence - likelihood).mean(), rtol=1e-10, atol=1e-10)


def test_with_the_exact_posterior_it_is_the_likelihood_and_less_with_any_other() -> None:
    networks = linear_gaussian()
    generator, sigma = networks["generator"], density_of(networks).sigma
    covariance = generator.weight @ generator.weight.T + sigma.square().diag()
    x = torch.randn(5, FEATURES, dtype=torch.float64)
    evidence = MultivariateNormal(generator.bias, covariance).log_prob(x).mean()
    assert -negative_elbo(networks, x) < evidence - 1e-3
    exact(networks)
    torch.testing.assert_close(-negative_elbo(networks, x), evidence, rtol=1e-10, atol=1e-10)


def run(method: Method, networks: Networks = NETWORKS["mlp"]) -> RunSpec:
    training = Training(steps=5, batch_size=8, learning_rate=1e-3, learning_rates={"sigma": 0.5})
    return RunSpec(dataset=DATASETS["ring8_pacgan"], networks=networks, method=method, training=training)


def test_one_player_trains_everything_and_sigma_stays_in_its_range() -> None:
    spec = run(Method(game=VAE(sigma_low=0.1, sigma_init=0.2)))
    assert spec.refuses() is None
    trainer = Trainer(spec, spec.dataset.open(spec.dataset.prepare(None), "train", CPU), CPU)
    before = {name: tensor.clone() for name, tensor in trainer.networks.state_dict().items()}
    seen = []
    for _ in range(5):
        trainer.advance()
        seen.append(density_of(dict(trainer.networks.items())).sigma.detach().clone())
    assert all(not torch.equal(tensor, before[name]) for name, tensor in trainer.networks.state_dict().items())
    assert ((torch.stack(seen) > 0.1 - 1e-6) & (torch.stack(seen) < 0.3 + 1e-6)).all()
    torch.testing.assert_close(seen[0], torch.full((2,), 0.3))


def test_its_noise_is_a_function_of_the_generator() -> None:
    drawn = [VAE().noise(Dice(np.random.default_rng(seed), NETWORKS["mlp"], (2,)), 5) for seed in (0, 0, 1)]
    assert drawn[0]["posterior"].shape == (5, 2)
    assert torch.equal(drawn[0]["posterior"], drawn[1]["posterior"])
    assert not torch.equal(drawn[0]["posterior"], drawn[2]["posterior"])


@pytest.mark.parametrize(
    "method",
    [
        Method(game=VAE(), judge=Packed(size=2)),
        Method(game=VAE(), objective=Minimax()),
        Method(game=VAE(), regularisers=Regularisers(entropy=Entropy())),
    ],
)
def test_what_is_about_a_discriminator_is_refused(method: Method) -> None:
    assert "vae has no discriminator" in (run(method).refuses() or "")


def test_latents_must_be_normal() -> None:
    uniform = NETWORKS["mlp"].model_copy(update={"latent_distribution": "uniform"})
    assert "vae needs normal latents" in (run(METHODS["vae"], uniform).refuses() or "")
    assert run(METHODS["vae"]).refuses() is None
