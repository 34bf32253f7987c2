from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import is_parametrized

from ganpipe.layers import Equivariant as Layer
from ganpipe.layers import make_equivariant
from ganpipe.methods.games.mixed_batch import MixedBatch
from ganpipe.methods.judges.equivariant import Equivariant
from ganpipe.methods.judges.single import Single
from ganpipe.networks.joint import JointNetwork
from ganpipe.networks.mlp import MLPDiscriminator
from ganpipe.networks.network import BaseNetwork, DiscriminatorNetwork, Shape
from ganpipe.networks.small_conv import SmallConvDiscriminator
from ganpipe.presets import DATASETS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import build_networks

SHAPES: list[Shape] = [(2,), (3, 8, 8), (3, 28, 28), (3, 32, 32), (3, 64, 64)]


def unmixed(kind: type[DiscriminatorNetwork]) -> Any:
    """A small instance that does not compare the batch."""
    network = kind(width=4)
    return network.model_copy(update={network.batch_field: False}) if network.batch_field else network


def bases() -> list[Any]:
    """Every architecture that can go without the rest of the batch, at the first shape it takes, and pairs."""
    cases: list[tuple[str, BaseNetwork, Shape]] = []
    for name, kind in DiscriminatorNetwork.kinds.items():
        network = unmixed(kind)
        if kind.__module__.startswith("ganpipe.") and network.batch_field is None:
            shape = next(shape for shape in SHAPES if network.refuses(shape) is None)
            cases.append((name, network, shape))
    for name, network, shape in cases[:]:
        joint = JointNetwork(network, shape, latent_dim=3)
        cases.append((f"joint-{name}", joint, joint.pair_shape))
    return [pytest.param(network, shape, id=name) for name, network, shape in cases]


def trained_in_size(network: nn.Module, scale: float = 3.0) -> nn.Module:
    """Weights of the size that training reaches; at the start all logits are nearly 0 and nothing would be tested."""
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            # Equalised weights are scaled when they are used.
            fan_in = parameter[0].numel() if parameter.dim() > 1 and "parametrizations" not in name else 1
            parameter.copy_(scale * torch.randn_like(parameter) / fan_in**0.5)
    return network


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def test_a_linear_layer_is_equation_12() -> None:
    size, own, mean = 5, nn.Linear(3, 2).double(), nn.Linear(3, 2).double()
    own_weight, mean_weight, bias = own.weight.detach(), mean.weight.detach(), own.bias.detach().clone()
    x = torch.randn(size, 3, dtype=torch.float64)
    found = Layer(own, mean)(x)
    rho = sum(x[b] for b in range(size)) / size
    for b in range(size):
        expected = bias + own_weight @ x[b] + mean_weight @ rho
        torch.testing.assert_close(found[b], expected, rtol=1e-12, atol=1e-12)


def test_a_convolution_is_equation_12_over_feature_maps() -> None:
    size, own, mean = 4, nn.Conv2d(2, 3, 3, stride=2, padding=1).double(), nn.Conv2d(2, 3, 3, 2, 1).double()
    own_weight, mean_weight, bias = own.weight.detach(), mean.weight.detach(), own.bias.detach().clone()
    x = torch.randn(size, 2, 6, 6, dtype=torch.float64)
    found = Layer(own, mean)(x)
    kernel = torch.cat([own_weight, mean_weight], dim=1)
    both = torch.cat([x, x.mean(dim=0).expand_as(x)], dim=1)
    torch.testing.assert_close(found, nn.functional.conv2d(both, kernel, bias, 2, 1), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("base", "shape"), bases())
def test_weights_are_scaled_once_for_the_batch_size(base: BaseNetwork, shape: Shape) -> None:
    """Section 4.3: B / (B + 1) of the weights on samples and 1 / (B + 1) of those on means; biases stay."""
    judge, scaled = Equivariant(), {"own": 9 / 10, "mean": 1 / 10}
    discriminator = judge.discriminator(base, shape)
    before = {name: parameter.detach().clone() for name, parameter in discriminator.named_parameters()}
    judge.start(discriminator, batch_size=9)
    for name, parameter in discriminator.named_parameters():
        parts = name.split(".")
        factor = scaled["own" if "own" in parts else "mean"] if "weight" in parts else 1
        torch.testing.assert_close(parameter, factor * before[name])
    weights = [name for name in before if "weight" in name.split(".")]
    assert len(weights) == 2 * sum(isinstance(module, Layer) for module in discriminator.modules())


def test_a_run_starts_with_the_weights_of_its_batch_size() -> None:
    def weights(batch_size: int) -> list[Tensor]:
        dataset, networks = DATASETS["ring8_pacgan"], NETWORKS["mlp"]
        training = Training(steps=1, batch_size=batch_size)
        method = Method(game=MixedBatch(), judge=Equivariant())
        built = build_networks(RunSpec(dataset=dataset, networks=networks, method=method, training=training))
        layer = next(module for module in built.modules() if isinstance(module, Layer))
        return [layer.own.weight, layer.mean.weight]

    (own_of_4, mean_of_4), (own_of_9, mean_of_9) = weights(4), weights(9)
    torch.testing.assert_close(own_of_4 * (5 / 4), own_of_9 * (10 / 9))
    torch.testing.assert_close(mean_of_4 * 5, mean_of_9 * 10)


def test_a_layer_without_bias_stays_without() -> None:
    layer = Layer(nn.Linear(3, 2, bias=False), nn.Linear(3, 2, bias=False))
    assert [name for name, _ in layer.named_parameters()] == ["own.weight", "mean.weight"]
    assert torch.equal(layer(torch.zeros(4, 3)), torch.zeros(4, 2))


@pytest.mark.parametrize(("base", "shape"), bases())
def test_permuting_the_samples_permutes_the_logits_and_leaves_their_mean(base: BaseNetwork, shape: Shape) -> None:
    size = 4
    discriminator = trained_in_size(Equivariant().discriminator(base, shape)).double()
    batch = torch.randn(size, *shape, dtype=torch.float64)
    logits = discriminator(batch)
    assert logits.shape == (size,)
    scale = logits.abs().max()
    assert logits.std() > 1e-3 * scale, "samples are told apart"
    for order in list(permutations(range(size)))[1::5]:
        permuted = discriminator(batch[list(order)])
        assert (permuted - logits[list(order)]).abs().max() <= 1e-6 * scale
        assert (permuted.mean() - logits.mean()).abs() <= 1e-6 * scale


@pytest.mark.parametrize("shape", [(2,), (3, 8, 8)])
def test_it_is_so_to_a_millionth_in_single_precision(shape: Shape) -> None:
    base = MLPDiscriminator() if len(shape) == 1 else SmallConvDiscriminator(batch_norm=False)
    discriminator, batch, order = Equivariant().discriminator(base, shape), torch.randn(64, *shape), torch.randperm(64)
    assert (discriminator(batch[order]) - discriminator(batch)[order]).abs().max() <= 1e-6
    assert (discriminator(batch[order]).mean() - discriminator(batch).mean()).abs() <= 1e-6


@pytest.mark.parametrize(("base", "shape"), bases())
def test_every_layer_with_weights_is_replaced_and_the_last_one_too(base: BaseNetwork, shape: Shape) -> None:
    plain, symmetric = Single().discriminator(base, shape), Equivariant().discriminator(base, shape)
    replaced = [module for module in symmetric.modules() if isinstance(module, Layer)]
    inside = {id(parameter) for layer in replaced for parameter in layer.parameters()}
    assert inside == {id(parameter) for parameter in symmetric.parameters()}
    with_weights = [
        module
        for module in plain.modules()
        if "weight" in dict(module.named_parameters(recurse=False)) or is_parametrized(module, "weight")
    ]
    assert len(replaced) == len(with_weights)
    assert not any(isinstance(module, Layer) and isinstance(module.own, Layer) for module in replaced)


def gradient_of_the_first(discriminator: nn.Module, batch: Tensor) -> Tensor:
    batch = batch.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(discriminator(batch)[0], batch)
    return gradient.flatten(1).norm(dim=1)


@pytest.mark.parametrize(("base", "shape"), bases())
def test_each_logit_is_about_the_whole_batch(base: BaseNetwork, shape: Shape) -> None:
    batch = torch.randn(4, *shape)
    assert (gradient_of_the_first(trained_in_size(Equivariant().discriminator(base, shape)), batch) > 0).all()
    alone = gradient_of_the_first(trained_in_size(Single().discriminator(base, shape)), batch)
    assert (alone > 0).tolist() == [True, False, False, False]


def test_weights_on_samples_and_means_start_alike_and_from_those_of_the_base_network() -> None:
    base = SmallConvDiscriminator(width=16, batch_norm=False)
    built = []
    for judge in (Single(), Equivariant()):
        torch.manual_seed(0)
        built.append(judge.features(base, (3, 8, 8)))
    plain = [module for module in built[0].modules() if isinstance(module, nn.Conv2d)]
    layers = [module for module in built[1].modules() if isinstance(module, Layer)]
    for module, layer in zip(plain, layers, strict=True):
        assert torch.equal(layer.own.weight, module.weight)
        assert not torch.equal(layer.mean.weight, module.weight)
        assert layer.mean.weight.std().item() == pytest.approx(module.weight.std().item(), rel=0.1)
        assert layer.bias is not None
        assert torch.equal(layer.bias, module.bias)


def test_a_layer_on_its_own_is_replaced_too() -> None:
    assert isinstance(make_equivariant(nn.Linear(2, 2), nn.Linear(2, 2)), Layer)


def test_batch_norm_is_refused_in_one_sentence() -> None:
    def run(batch_norm: bool) -> RunSpec:
        discriminator = SmallConvDiscriminator(batch_norm=batch_norm)
        networks = NETWORKS["small_conv"].model_copy(update={"discriminator": discriminator})
        return RunSpec(
            dataset=DATASETS["digits"],
            networks=networks,
            method=Method(judge=Equivariant()),
            training=Training(steps=1, batch_size=2),
        )

    reason = run(batch_norm=True).refuses()
    assert reason is not None
    assert reason.startswith("method: equivariant ")
    assert reason.endswith("set networks.discriminator.batch_norm: false")
    assert run(batch_norm=False).refuses() is None
    assert Method(game=MixedBatch(), judge=Equivariant()).refuses(run(batch_norm=False)) is None
