from __future__ import annotations

from collections.abc import Callable

import pytest

from ganpipe.data.dataset import Dataset
from ganpipe.methods.encoders.noise_fed import NoiseFed
from ganpipe.methods.games.ali import ALI
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import build_networks
from ganpipe.training.parameters import discriminator_parameters, parameters

Make = Callable[..., RunSpec]


def run(dataset: Dataset, networks: str, method: Method) -> RunSpec:
    training = Training(steps=1, batch_size=2)
    return RunSpec(dataset=dataset, networks=NETWORKS[networks], method=method, training=training)


@pytest.mark.parametrize("size", [1, 2, 4])
def test_packing_widens_the_first_layer_of_maxout_units(size: int) -> None:
    """200 units of 5 pieces: each point of a pack brings two numbers to 1,000 linear functions."""
    spec = run(DATASETS["grid25_pacgan"], "pacgan_2d", METHODS["gan" if size == 1 else f"pacgan{size}"])
    assert discriminator_parameters(spec) == 405_201 + 2_000 * (size - 1)


@pytest.mark.parametrize(("method", "count"), [("gan", 4_310_401), ("pacgan4", 4_324_801)])
def test_the_counts_that_the_paper_prints_for_stacked_mnist(method: str, count: int) -> None:
    spec = run(DATASETS["stacked_mnist_pacgan"], "dcgan_pacgan", METHODS[method])
    assert discriminator_parameters(spec) == parameters(spec)["discriminator"] == count


@pytest.mark.parametrize(
    ("dataset", "networks", "plain", "with_md"),
    [
        # PacGAN prints 47,976,773 for its own, and 1,225,732 more than 585 in Unrolled GAN's set-up.
        ("stacked_mnist_pacgan", "dcgan_pacgan", 4_310_401, 5_334_501),
        ("stacked_mnist_unrolled", "dcgan_unrolled_quarter", 585, 585 + 64_100),
    ],
)
def test_minibatch_discrimination_is_as_large_as_notes_of_experiments_say(
    dataset: str, networks: str, plain: int, with_md: int
) -> None:
    assert discriminator_parameters(run(DATASETS[dataset], networks, METHODS["gan"])) == plain
    # 8,192 or 128 features, each in 100 kernels of 5, and 100 more weights of the logit.
    assert discriminator_parameters(run(DATASETS[dataset], networks, METHODS["md"])) == with_md


def test_an_encoder_counts_and_a_generator_does_not() -> None:
    spec = run(DATASETS["grid25_pacgan"], "ali_2d", Method(game=ALI(encoder=NoiseFed())))
    found = parameters(spec)
    # A point and as much noise; two layers of 400 without bias, each with a batch norm; a latent of two numbers.
    assert found["encoder"] == 4 * 400 + 400 * 400 + 2 * 2 * 400 + 400 * 2 + 2
    # The discriminator sees a point and its latent.
    assert discriminator_parameters(spec) == found["encoder"] + 405_201 + 2_000


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_counted_as_it_is_built(method: str, make: Make) -> None:
    spec = make(method=method)
    built = {
        name: sum(parameter.numel() for parameter in network.parameters())
        for name, network in build_networks(spec).items()
    }
    assert parameters(spec) == built
