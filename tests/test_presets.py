from __future__ import annotations

from itertools import product

import pytest
import torch

from ganpipe.data.presets import SOURCES as DATASET_SOURCES
from ganpipe.methods.judges.packed import Packed
from ganpipe.methods.judges.set import Set
from ganpipe.methods.objectives.minimax import Minimax
from ganpipe.networks.presets import SOURCES as NETWORK_SOURCES
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.blueprint import build_networks
from tests.fitting import fitted

PAPERS = {
    "pacgan": "PacGAN",
    "invertgan": "InvertGAN",
    "presgan": "PresGAN",
    "bgan": "Mixed batches",
    "setgan": "SetGAN",
    "unrolled": "Unrolled GAN",
}


@pytest.mark.parametrize("sources", [DATASET_SOURCES, NETWORK_SOURCES], ids=["datasets", "networks"])
def test_a_preset_named_after_a_paper_gives_that_paper_as_its_source(sources: dict[str, str]) -> None:
    for name, source in sources.items():
        assert source, name
        for paper in PAPERS.keys() & set(name.split("_")):
            assert PAPERS[paper] in source, name


COVERED: dict[str, str] = {
    "mlp": "ring8_pacgan",
    "pacgan_2d": "ring8_pacgan",
    "small_conv": "stacked_digits",
    "dcgan_pacgan": "stacked_mnist_pacgan",
    "dcgan_unrolled_quarter": "stacked_mnist_unrolled",
    "dcgan_unrolled_half": "stacked_mnist_unrolled",
    "dcgan_setgan": "stacked_mnist_setgan",
    "dcgan64": "stacked_mnist_presgan",
    "bgan_2d": "ring8_pacgan",
    "ali_2d": "ring8_pacgan",
    "invertgan_2d": "ring8_pacgan",
    "resnet": "cifar10",
    "presgan_ring": "ring10_presgan",
    "miyato": "cifar10",
    "style128": "ffhq",
}
"""A dataset for every preset of networks."""


def run(dataset: str, networks: str, method: str) -> RunSpec:
    return RunSpec(
        dataset=DATASETS[dataset],
        networks=NETWORKS[networks],
        method=METHODS[method],
        # More than any network's latents have dimensions, for methods that need a covariance.
        training=Training(steps=1, batch_size=600),
    )


def test_every_preset_of_networks_has_a_dataset_here() -> None:
    assert set(NETWORKS) <= set(COVERED), "add the new networks with a dataset that they fit"


@pytest.mark.parametrize(("networks", "method"), list(product(NETWORKS, METHODS)))
def test_every_method_goes_with_every_network(networks: str, method: str) -> None:
    spec = fitted(run(COVERED[networks], networks, method))
    if networks in ("mlp", "small_conv", "dcgan_unrolled_quarter"):
        generator = build_networks(spec)["generator"]
        count = 2 * spec.method.judge.group_size
        fake = spec.method.judge.generate(generator, torch.zeros(count, spec.networks.latent_dim))
        assert fake.shape == (count, *spec.dataset.sample_shape)


def test_no_two_presets_are_the_same_run() -> None:
    for presets in (METHODS, NETWORKS):
        values = list(presets.values())
        assert [name for name, value in presets.items() if values.count(value) > 1] == []


def test_names_say_what_the_methods_are() -> None:
    for size in (2, 3, 4, 5):
        assert METHODS[f"pacgan{size}"].judge == Packed(size=size)
    assert METHODS["setgan5"].judge == Set(size=5)
    assert METHODS["gan_minimax"].objective == Minimax()


def test_settings_of_the_papers() -> None:
    assert (NETWORKS["dcgan_pacgan"].latent_dim, NETWORKS["dcgan_pacgan"].latent_distribution) == (100, "uniform")
    assert (NETWORKS["dcgan_unrolled_half"].latent_dim, NETWORKS["dcgan_unrolled_half"].latent_distribution) == (
        256,
        "normal",
    )
    assert NETWORKS["dcgan_setgan"].latent_dim == 128
