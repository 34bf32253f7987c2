from __future__ import annotations

import copy
import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganpipe.layers import Density, StepSize
from ganpipe.methods.games.game import Dice, Turn
from ganpipe.methods.games.vae import VAE
from ganpipe.methods.judges.judge import Judge
from ganpipe.methods.judges.minibatch import Minibatch
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.judges.single import Single
from ganpipe.methods.prescribed import density_of
from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.methods.regularisers.gradient_penalty import GradientPenalty
from ganpipe.networks.mlp import MLPGenerator
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.networks import Networks
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer

CPU = torch.device("cpu")
LATENTS, FEATURES = 3, 4
PRIOR = NETWORKS["mlp"].model_copy(update={"latent_dim": LATENTS})


def presgan(judge: Judge | None = None, **settings: Any) -> Method:
    return Method(judge=judge or Single(), regularisers=Regularisers(entropy=Entropy(**settings)))


def entropy_of(method: Method) -> Entropy:
    (entropy,) = (part for part in method.regularisers.parts if isinstance(part, Entropy))
    return entropy


def linear_gaussian() -> dict[str, nn.Module]:
    """x = W z + b + sigma eps in float64, at no special weights."""
    torch.manual_seed(0)
    density = Density((FEATURES,), 1.0, 1e-3, 10.0).double()
    with torch.no_grad():
        density.log_sigma.copy_(torch.tensor([0.6, 0.8, 1.0, 1.2]).double().log())
    generator = nn.Linear(LATENTS, FEATURES).double()
    with torch.no_grad():
        generator.weight.mul_(2.0)
    return {"generator": generator, "sigma": density, "entropy_step_size": StepSize(0.3).double()}


def a_turn(method: Method, networks: dict[str, nn.Module], samples: int, seed: int, shape: tuple[int, ...]) -> Turn:
    noise = method.noise(Dice(np.random.default_rng(seed), PRIOR, shape), samples)
    real = torch.randn(samples, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Turn(method, networks, real, {name: tensor.double() for name, tensor in noise.items()}, {})


def penalty(turn: Turn) -> tuple[Tensor, Tensor]:
    """What the regulariser adds to the generator's loss, and the samples."""
    z = turn.noise["z"]
    fake = turn.generated(z)
    return turn.generator_penalty(z, fake), fake


def entropys_gradient(networks: dict[str, nn.Module]) -> Tensor:
    """Of H = log det(2 pi e C) / 2 with C = W W^T + diag sigma^2: for W, b and log sigma, one after the other."""
    generator, density = networks["generator"], density_of(networks)
    covariance = generator.weight @ generator.weight.T + density.sigma.square().diag()
    entropy = 0.5 * torch.linalg.slogdet(2 * math.pi * math.e * covariance).logabsdet
    weight, log_sigma = torch.autograd.grad(entropy, [generator.weight, density.log_sigma])
    # A shift changes no entropy.
    return torch.cat([weight.flatten(), torch.zeros_like(generator.bias), log_sigma])


def estimates(method: Method, step_size: float) -> Tensor:
    """Independent estimates [20, parameters] of the entropy's gradient, each from 1000 chains."""
    found = []
    for seed in range(20):
        networks = linear_gaussian() | {"entropy_step_size": StepSize(step_size).double()}
        added, _ = penalty(a_turn(method, networks, 1_000, seed, (FEATURES,)))
        generator, density = networks["generator"], density_of(networks)
        gradients = torch.autograd.grad(added, [generator.weight, generator.bias, density.log_sigma])
        found.append(torch.cat([-gradient.flatten() for gradient in gradients]))
    return torch.stack(found)


LONG = {"weight": 1.0, "burn_in": 15, "samples": 10}


@pytest.mark.parametrize(
    "method",
    [
        pytest.param(presgan(**LONG), id="full"),
        pytest.param(presgan(**LONG, hmc_gradient="prior_only"), id="prior_only"),
        pytest.param(presgan(Packed(size=2), **LONG), id="packed"),
    ],
)
def test_the_gradient_is_the_entropys(method: Method) -> None:
    expected, found = entropys_gradient(linear_gaussian()), estimates(method, 0.25)
    mean, error = found.mean(dim=0), found.std(dim=0) / math.sqrt(len(found))
    assert (error < 0.015).all(), "or the test could not tell a wrong factor"
    assert expected[: LATENTS * FEATURES].norm() > 1.0
    assert ((mean - expected).abs() < 4.5 * error).all()


def test_it_is_so_only_as_far_as_the_chains_have_left_their_start() -> None:
    """z is a sample of p(z | x~), but the very one that made x~: the mean's gradient needs an independent one."""
    weights = entropys_gradient(linear_gaussian())[: LATENTS * FEATURES]
    shares = []
    for step_size in (0.01, 0.05, 0.2):
        mean = estimates(presgan(weight=1.0), step_size).mean(dim=0)[: LATENTS * FEATURES]
        shares.append((mean @ weights / weights.square().sum()).item())
    assert shares[0] < 0.05 < 0.2 < shares[1] < 0.4 < shares[2] == pytest.approx(1.0, abs=0.05)


def test_the_weight_is_a_factor_and_the_value_says_nothing() -> None:
    gradients = []
    for weight in (1.0, 0.25):
        networks = linear_gaussian()
        added, _ = penalty(a_turn(presgan(weight=weight), networks, 50, 0, (FEATURES,)))
        assert added.item() == 0.0
        gradients.append(torch.autograd.grad(added, networks["generator"].weight)[0])
    torch.testing.assert_close(gradients[1], 0.25 * gradients[0])


def test_samples_carry_noise_of_their_own() -> None:
    method, networks = presgan(), linear_gaussian()
    turn = a_turn(method, networks, 6, 0, (FEATURES,))
    z, sigma = turn.noise["z"], density_of(networks).sigma
    fake, real = turn.generated(z), entropy_of(method).real(turn, turn.real)
    torch.testing.assert_close(fake, networks["generator"](z) + sigma * turn.noise["entropy_fake"])
    torch.testing.assert_close(real, turn.real + sigma.detach() * turn.noise["entropy_real"])
    assert not torch.equal(turn.noise["entropy_fake"], turn.noise["entropy_real"])
    assert fake.requires_grad
    assert not real.requires_grad
    assert len(entropy_of(method).real(turn, turn.real[:0])) == 0


def ring(method: Method, networks: str = "mlp", dataset: str = "ring8_pacgan", **training: Any) -> RunSpec:
    settings = {"steps": 6, "batch_size": 8, "learning_rate": 1e-3} | training
    spec = RunSpec(dataset=DATASETS[dataset], networks=NETWORKS[networks], method=method, training=Training(**settings))
    assert spec.refuses() is None
    return spec


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    # As in every run on a CPU.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def trainer(spec: RunSpec) -> Trainer:
    return Trainer(spec, spec.dataset.open(spec.dataset.prepare(None), "train", CPU), CPU)


def test_without_weight_it_is_the_gan_with_noise() -> None:
    """The steps of a GAN on noised samples, written out with PyTorch's own Adam."""
    started = trainer(ring(presgan(weight=0.0)))
    noises: list[dict[str, Tensor]] = []
    reals: list[Tensor] = []
    networks = {name: copy.deepcopy(network) for name, network in started.networks.items()}
    losses = type(started.spec.method.game).losses

    def noted(self: Any, turn: Turn) -> Any:
        noises.append(dict(turn.noise))
        reals.append(turn.real)
        return losses(self, turn)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(started.spec.method.game), "losses", noted)
        for _ in range(3):
            started.advance()
    judge, generator, density = networks["discriminator"], networks["generator"], density_of(networks)
    adam = {"lr": 1e-3, "betas": (0.5, 0.999)}
    theirs = torch.optim.Adam(judge.parameters(), **adam)
    ours = torch.optim.Adam([*generator.parameters(), *density.parameters()], **adam)
    for step in range(3):
        noise, other = noises[2 * step], noises[2 * step + 1]
        fake = generator(noise["z"]) + density.sigma * noise["entropy_fake"]
        theirs.zero_grad()
        # What the game is handed has its noise already.
        (softplus(-judge(reals[2 * step])).mean() + softplus(judge(fake.detach())).mean()).backward()
        theirs.step()
        ours.zero_grad()
        softplus(-judge(generator(other["z"]) + density.sigma * other["entropy_fake"])).mean().backward()
        ours.step()
        density.clamp()
        assert "entropy_momenta" not in noise
    for name, network in networks.items():
        for key, tensor in network.state_dict().items():
            torch.testing.assert_close(started.networks[name].state_dict()[key], tensor, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dataset", ["ring8_pacgan", "stacked_digits"])
def test_a_resumed_run_goes_on_with_the_adapted_step_size(dataset: str) -> None:
    networks = {"ring8_pacgan": "mlp", "stacked_digits": "small_conv"}[dataset]
    spec = ring(presgan(weight=0.1), networks, dataset)
    first, second = trainer(spec), trainer(spec)
    initial = first.networks["entropy_step_size"].value.item()
    assert initial == pytest.approx(1 / spec.networks.latent_dim)
    for _ in range(3):
        first.advance()
    assert first.networks["entropy_step_size"].value.item() != initial
    buffer = io.BytesIO()
    torch.save(first.state_dict(), buffer)
    buffer.seek(0)
    second.load_state_dict(torch.load(buffer, weights_only=True))
    for each in (first, second):
        each.advance()
    states = [each.networks.state_dict() for each in (first, second)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


@pytest.mark.parametrize("judge", [Single(), Packed(size=2), Set(size=3), Minibatch()])
@pytest.mark.parametrize("penalised", [False, True])
@pytest.mark.parametrize("gradient", ["full", "prior_only"])
def test_it_goes_with_every_judge_and_with_a_gradient_penalty(judge: Judge, penalised: bool, gradient: str) -> None:
    extra = {"gradient_penalty": GradientPenalty()} if penalised else {}
    entropy = Entropy.parse({"kind": "entropy", "weight": 0.1, "sigma_init": 0.1, "hmc_gradient": gradient})
    method = Method(judge=judge, regularisers=Regularisers(entropy=entropy, **extra))
    run = ring(Method(), "small_conv", "stacked_digits", batch_size=4).model_copy(update={"method": method})
    without = run.networks.discriminator.model_copy(update={"batch_norm": False})
    run = run.model_copy(update={"networks": run.networks.model_copy(update={"discriminator": without})})
    if run.refuses() is not None:
        pytest.skip(f"refused: {run.refuses()}")
    started = trainer(run)
    before = {name: [p.clone() for p in network.parameters()] for name, network in started.networks.items()}
    tracked = [module for module in started.networks["generator"].modules() if isinstance(module, nn.BatchNorm2d)]
    started.advance()
    for name in ("generator", "sigma", "discriminator"):
        moved = zip(before[name], started.networks[name].parameters(), strict=True)
        assert all(not torch.equal(old, new) for old, new in moved), name
    # Only the generating passes of the two players have moved the running statistics.
    assert {int(module.num_batches_tracked) for module in tracked} == {2 * judge.generator_passes}


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if "discriminator" in method.players])
def test_it_goes_with_every_game(name: str) -> None:
    entropy = Entropy(weight=0.1, sigma_init=0.1)
    regularisers = METHODS[name].regularisers.model_copy(update={"entropy": entropy})
    started = trainer(ring(METHODS[name].model_copy(update={"regularisers": regularisers})))
    before = density_of(dict(started.networks.items())).sigma.detach().clone()
    started.advance()
    assert (density_of(dict(started.networks.items())).sigma != before).all()
    assert started.broken() is None


def test_every_pack_meets_the_statistics_of_its_own_pass() -> None:
    """With steps of no length z' is z, and g = eps / sigma only if mu(z') is the mean that z was given."""
    method = presgan(Packed(size=2), weight=1.0, initial_step_size=1e-9)
    torch.manual_seed(0)
    generator = MLPGenerator(width=8, batch_norm=True).build(LATENTS, (2,)).double()
    density = Density((2,), 0.2, 0.1, 0.3).double()
    networks = {"generator": generator, "sigma": density, "entropy_step_size": StepSize(1e-9).double()}
    turn = a_turn(method, networks, 10, 0, (2,))
    added, fake = penalty(turn)
    (gradient,) = torch.autograd.grad(added, fake)
    torch.testing.assert_close(gradient, -turn.noise["entropy_fake"] / 0.2 / 10, rtol=1e-5, atol=1e-6)


def test_sigma_is_clamped_after_every_move() -> None:
    started = trainer(ring(presgan(weight=1.0, sigma_low=0.2), learning_rates={"sigma": 0.5}))
    for step in range(4):
        started.advance()
        sigma = density_of(dict(started.networks.items())).sigma
        assert ((sigma > 0.2 - 1e-6) & (sigma < 0.3 + 1e-6)).all()
        if step == 0:
            torch.testing.assert_close(sigma, torch.full_like(sigma, 0.3))


def test_sigma_has_a_learning_rate_of_its_own() -> None:
    started = trainer(ring(presgan(), learning_rates={"sigma": 0.25}))
    rates = [group.learning_rate for group in started.optimisers["generator"].groups]
    assert rates == [1e-3, 0.25]


def refusal(method: Method, networks: Networks) -> str | None:
    training = Training(steps=1, batch_size=2)
    return RunSpec(dataset=DATASETS["ring8_pacgan"], networks=networks, method=method, training=training).refuses()


def test_what_it_refuses() -> None:
    uniform = NETWORKS["mlp"].model_copy(update={"latent_distribution": "uniform"})
    assert "needs normal latents" in (refusal(presgan(), uniform) or "")
    vae = presgan().model_copy(update={"game": VAE()})
    assert "has no discriminator" in (refusal(vae, NETWORKS["mlp"]) or "")
