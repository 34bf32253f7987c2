from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ganpipe.layers.spectral_norm import SpectralNorm, iterate_spectral_norms, normalise_spectrally

LAYERS = [nn.Linear(20, 7), nn.Conv2d(3, 6, 4), nn.Conv1d(5, 4, 3)]


def largest(weight: Tensor) -> float:
    return torch.linalg.matrix_norm(weight.detach().flatten(1), 2).item()


def norm_of(layer: nn.Module) -> SpectralNorm:
    (norm,) = (module for module in layer.modules() if isinstance(module, SpectralNorm))
    return norm


def fresh(layer: nn.Module) -> nn.Module:
    """A new layer of the same sizes, normalised."""
    torch.manual_seed(0)
    copy = {
        nn.Linear: lambda: nn.Linear(20, 7),
        nn.Conv2d: lambda: nn.Conv2d(3, 6, 4),
        nn.Conv1d: lambda: nn.Conv1d(5, 4, 3),
    }[type(layer)]()
    return normalise_spectrally(copy)


@pytest.mark.parametrize("layer", LAYERS)
def test_power_iterations_bring_the_spectral_norm_to_one(layer: nn.Module) -> None:
    normalised = fresh(layer)
    assert largest(normalised.get_parameter("parametrizations.weight.original")) != pytest.approx(1.0, abs=0.05)
    for _ in range(200):
        iterate_spectral_norms(normalised)
    assert largest(normalised.weight) == pytest.approx(1.0, abs=1e-5)  # type: ignore[arg-type]


@pytest.mark.parametrize("layer", LAYERS)
def test_it_starts_close_to_one(layer: nn.Module) -> None:
    assert largest(fresh(layer).weight) == pytest.approx(1.0, rel=0.05)  # type: ignore[arg-type]


def test_one_iteration_is_that_of_algorithm_1() -> None:
    layer = fresh(LAYERS[0])
    norm, w = norm_of(layer), layer.get_parameter("parametrizations.weight.original").detach()
    v = normalize(w.T @ norm.u, dim=0)
    u = normalize(w @ v, dim=0)
    assert not torch.equal(norm.u, u)
    iterate_spectral_norms(layer)
    assert torch.equal(norm.v, v)
    assert torch.equal(norm.u, u)
    assert torch.allclose(layer.weight, w / (u @ w @ v))  # type: ignore[arg-type]


def test_the_gradient_passes_through_sigma_and_not_through_its_vectors() -> None:
    """dL/dW = (G - <G, W> u v^T / sigma) / sigma, G being the gradient of the normalised weight (eq. 12)."""
    torch.manual_seed(0)
    w = torch.randn(4, 6, dtype=torch.float64, requires_grad=True)
    norm, g = SpectralNorm(w), torch.randn(4, 6, dtype=torch.float64)
    (found,) = torch.autograd.grad((norm(w) * g).sum(), w)
    sigma = norm.u @ w.detach() @ norm.v
    expected = (g - (g * w.detach()).sum() / sigma * torch.outer(norm.u, norm.v)) / sigma
    torch.testing.assert_close(found, expected)


def test_passes_and_gradients_move_nothing() -> None:
    layer = fresh(LAYERS[1]).train()
    before = {name: tensor.clone() for name, tensor in layer.state_dict().items()}
    layer(torch.randn(2, 3, 8, 8)).square().sum().backward()
    after = layer.state_dict()
    assert all(torch.equal(after[name], tensor) for name, tensor in before.items())


def test_a_saved_network_goes_on_as_it_was() -> None:
    first, second = fresh(LAYERS[0]), normalise_spectrally(nn.Linear(20, 7))
    second.load_state_dict(first.state_dict())
    for layer in (first, second):
        iterate_spectral_norms(layer)
    assert torch.equal(first.weight, second.weight)  # type: ignore[arg-type]


def test_biases_and_other_modules_are_left_alone() -> None:
    network = normalise_spectrally(nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)))
    assert {name for name, _ in network.named_parameters()} == {
        *("0.bias", "0.parametrizations.weight.original", "1.weight", "1.bias")
    }
