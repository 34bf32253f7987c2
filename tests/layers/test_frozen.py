from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from ganpipe.layers import Frozen
from ganpipe.methods.judges.packed import Packed
from ganpipe.networks.dcgan import DCGANGenerator
from ganpipe.networks.mlp import MLPGenerator
from ganpipe.networks.small_conv import SmallConvGenerator

N, DIM = 6, 5
GENERATORS: list[Callable[[], nn.Module]] = [
    pytest.param(lambda: MLPGenerator(width=8, batch_norm=True).build(DIM, (2,)), id="mlp"),
    pytest.param(lambda: SmallConvGenerator(width=4).build(DIM, (3, 8, 8)), id="small_conv"),
    pytest.param(lambda: DCGANGenerator(width=2).build(DIM, (1, 64, 64)), id="dcgan"),
]
pytestmark = pytest.mark.parametrize("build", GENERATORS)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


def trained(build: Callable[[], nn.Module]) -> nn.Module:
    """A generator in float64 whose weights and running statistics are those of no special moment."""
    network = build().double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        network(latents())
    return network


def latents() -> Tensor:
    return torch.randn(N, DIM, dtype=torch.float64)


def test_on_its_batch_it_is_the_network_in_training_mode(build: Callable[[], nn.Module]) -> None:
    network, batch = trained(build), latents()
    torch.testing.assert_close(Frozen(network, batch)(batch), network(batch), rtol=1e-10, atol=1e-12)
    network.eval()
    assert not torch.allclose(network(batch), Frozen(network, batch)(batch), rtol=1e-3)


def test_each_part_of_a_pack_has_statistics_of_its_own(build: Callable[[], nn.Module]) -> None:
    network, batch, judge = trained(build), latents(), Packed(size=2)
    frozen = Frozen(network, batch, judge.generator_passes)
    torch.testing.assert_close(frozen(batch), judge.generate(network, batch), rtol=1e-10, atol=1e-12)
    assert not torch.allclose(frozen(batch), Frozen(network, batch)(batch), rtol=1e-3)


@pytest.mark.parametrize("passes", [1, 2])
def test_an_output_depends_on_its_own_input_alone(passes: int, build: Callable[[], nn.Module]) -> None:
    network, batch = trained(build), latents()
    frozen, elsewhere = Frozen(network, batch, passes), latents()
    before = frozen(elsewhere)
    elsewhere[2] = torch.randn(DIM, dtype=torch.float64)
    after = frozen(elsewhere)
    others = [index for index in range(N) if index != 2]
    torch.testing.assert_close(after[others], before[others], rtol=1e-12, atol=1e-14)
    assert not torch.allclose(after[2], before[2])


def test_the_network_stays_as_it_was(build: Callable[[], nn.Module]) -> None:
    network, batch = trained(build), latents()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    frozen = Frozen(network, batch)
    frozen(latents())
    assert any(name.endswith("running_mean") for name in before)
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert all(module.training for module in network.modules())
    assert not any(module._forward_hooks for module in network.modules())


def test_weights_are_shared_and_get_no_gradient(build: Callable[[], nn.Module]) -> None:
    network, batch = trained(build), latents().requires_grad_()
    frozen = Frozen(network, batch)
    samples = frozen(batch)
    (gradient,) = torch.autograd.grad(samples.square().sum(), batch)
    assert gradient.any()
    assert not any(parameter.requires_grad for parameter in frozen.parts[0].parameters())
    own = [parameter.data_ptr() for parameter in network.parameters()]
    assert [parameter.data_ptr() for parameter in frozen.parts[0].parameters()] == own
