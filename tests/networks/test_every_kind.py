"""What holds for every architecture; a new kind is tested here without a line."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ganpipe.networks.network import DiscriminatorNetwork, GeneratorNetwork, Shape
from ganpipe.networks.style import StyleGenerator

SHAPES: list[Shape] = [
    *((2,), (5,), (1, 8, 8), (3, 8, 8), (1, 28, 28), (3, 28, 28)),
    *((3, 32, 32), (3, 48, 48), (1, 64, 64), (3, 64, 64)),
]


def small(kind: type[GeneratorNetwork] | type[DiscriminatorNetwork]) -> Any:
    """An instance that is quick to build: the architecture with a small width where it has one."""
    return kind(**({"width": 4} if "width" in kind.model_fields else {}))


def fitting(family: type[GeneratorNetwork] | type[DiscriminatorNetwork]) -> list[Any]:
    kinds = [kind for kind in family.kinds.values() if kind.__module__.startswith("ganpipe.")]
    return [
        pytest.param(kind, shape, id=f"{name}-{'x'.join(map(str, shape))}")
        for kind in kinds
        for name in [kind.model_fields["kind"].default]
        for shape in SHAPES
        if small(kind).refuses(shape) is None
    ]


@pytest.mark.parametrize(("kind", "shape"), fitting(GeneratorNetwork))
def test_a_generator_makes_samples_of_the_shape_asked_for(kind: type[GeneratorNetwork], shape: Shape) -> None:
    for latent_dim in (1, 7):
        network = small(kind).build(latent_dim, shape)
        samples = network(torch.randn(3, latent_dim))
        assert samples.shape == (3, *shape)
        assert samples.dtype == torch.float32
        assert samples.isfinite().all()


@pytest.mark.parametrize(("kind", "shape"), fitting(GeneratorNetwork))
def test_architectures_for_images_only_keep_to_minus_one_and_one(kind: type[GeneratorNetwork], shape: Shape) -> None:
    # The last layer of StyleGAN is linear.
    if small(kind).refuses((2,)) is None or kind is StyleGenerator:
        return
    network = small(kind).build(4, shape)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(50)
        samples = network(torch.randn(8, 4))
    assert 0.9 < samples.abs().max() <= 1.0


@pytest.mark.parametrize(("kind", "shape"), fitting(DiscriminatorNetwork))
def test_a_discriminator_makes_the_features_it_announces(kind: type[DiscriminatorNetwork], shape: Shape) -> None:
    network = small(kind)
    features = network.build(shape)
    head = network.head(features.out_features, 3)
    assert features(torch.randn(4, *shape)).shape == (4, features.out_features)
    assert head(features(torch.randn(4, *shape))).shape == (4, 3)


@pytest.mark.parametrize(("kind", "shape"), fitting(DiscriminatorNetwork))
def test_a_pack_may_widen_the_first_layer(kind: type[DiscriminatorNetwork], shape: Shape) -> None:
    wide = (4 * shape[0], *shape[1:])
    assert small(kind).refuses(wide) is None
    assert small(kind).build(wide)(torch.randn(2, *wide)).shape[0] == 2


@pytest.mark.parametrize("family", [GeneratorNetwork, DiscriminatorNetwork])
def test_equal_seeds_give_equal_weights(family: type[GeneratorNetwork] | type[DiscriminatorNetwork]) -> None:
    for case in fitting(family):
        kind, shape = case.values
        built = []
        for _ in range(2):
            torch.manual_seed(1)
            built.append(small(kind).build(*((5,) if family is GeneratorNetwork else ()), shape))
        first, second = (network.state_dict() for network in built)
        assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("family", [GeneratorNetwork, DiscriminatorNetwork])
def test_every_kind_fits_something_names_its_source_and_refuses_in_one_sentence(
    family: type[GeneratorNetwork] | type[DiscriminatorNetwork],
) -> None:
    fits = {case.values[0] for case in fitting(family)}
    for kind in family.kinds.values():
        if kind.__module__.startswith("ganpipe."):
            assert kind in fits, f"{kind.__name__} refuses every shape that is tested here; add one that it fits"
            assert kind.source
            for shape in SHAPES:
                reason = small(kind).refuses(shape)
                assert reason is None or (reason.startswith("is made for") and "\n" not in reason)
