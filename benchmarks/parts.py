"""Parts of methods against the plain forms that their tests compare them with: layers of judges, and PresGAN's sampler.

    OMP_NUM_THREADS=1 python -m benchmarks.parts [TABLE ...]          layers and presgan by default

Times are seconds of the processor, medians over interleaved rounds; ratios are medians of each round's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from statistics import median
from unittest import mock

import torch
from tabulate import tabulate
from torch import Tensor

from benchmarks.clock import Work, interleaved, ratio
from benchmarks.memory import peak_megabytes
from benchmarks.products import Products, ceiling, matrix_rate
from ganpipe.data.made_up import made_up
from ganpipe.layers import Closeness, Frozen, PairNetwork, SoftHistogram
from ganpipe.methods.hmc import Noise, sample, transition
from ganpipe.methods.posterior import BlindPosterior, Posterior, ReducedPosterior
from ganpipe.methods.regularisers import entropy
from ganpipe.methods.regularisers.entropy import Entropy
from ganpipe.presets import DATASETS, NETWORKS
from ganpipe.spec.method import Method
from ganpipe.spec.regularisers import Regularisers
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer
from tests.layers.oracle import plain_closeness, plain_histogram, plain_pairs
from tests.methods.oracle import Learning, plain_sample

ROUNDS = 7
BATCH_SIZE, SHAPE = 32, (3, 64, 64)
ITERATIONS, LEAPFROG_STEPS = 4, 5
CPU = torch.device("cpu")


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    tables = {"layers": layers_table, "presgan": presgan_tables}
    for name in sys.argv[1:] or tables:
        tables[name]()


def layers_table() -> None:
    """Forward and backward, to inputs and weights."""
    torch.manual_seed(0)
    rows = []
    for sets, features, width, outputs in ((64, 64, 128, 32), (128, 128, 128, 128), (64, 512, 512, 128)):
        network = PairNetwork(5, features, width, outputs)
        title = f"SetGAN's pair network, {sets} sets of 5, {features} to {width}, {width}, {outputs}"
        x = torch.randn(5 * sets, features)
        rows.append(against_plain(title, network, partial(plain_pairs, network), x, list(network.parameters())))
    for sets in (20, 100):
        x = torch.tanh(torch.randn(sets, 20, 32))
        title = f"soft histogram, {sets} sets, 20 pairs, 32 features, 16 bins"
        rows.append(against_plain(title, SoftHistogram(16), partial(plain_histogram, bins=16), x, []))
    for batch in (64, 256):
        layer = Closeness(128, 100, 5)
        title = f"minibatch discrimination, batch {batch}, 100 kernels of 5"
        x = torch.randn(batch, 128)
        rows.append(against_plain(title, layer, partial(plain_closeness, layer), x, [layer.tensor]))
    heads = ("part", "plain (ms)", "ours (ms)", "ratio", "ratio of FLOPs", "plain, peak MB", "ours, peak MB")
    print(tabulate(rows, heads, tablefmt="github", disable_numparse=True, colalign=("left", *["right"] * 6)))


def against_plain(
    title: str, ours: Callable[[Tensor], Tensor], plain: Callable[[Tensor], Tensor], x: Tensor, weights: list[Tensor]
) -> list[str]:
    """A row of the table of layers."""
    x.requires_grad_()
    factors = torch.randn_like(ours(x))
    works: dict[str, Work] = {
        name: partial(lambda form: torch.autograd.grad((form(x) * factors).sum(), [x, *weights]), form)
        for name, form in (("plain", plain), ("ours", ours))
    }
    seconds = interleaved(works, ROUNDS, block=0.1)
    operations = [flops(work) for work in works.values()]
    peaks = [peak_megabytes(work) for work in works.values()]
    return [
        title,
        *(f"{1000 * median(spent):.3g}" for spent in seconds.values()),
        f"{ratio(seconds['plain'], seconds['ours']):.2f}",
        f"{operations[0] / operations[1]:.2f}" if operations[1] else "-",
        *("-" if peak is None else f"{peak:.0f}" for peak in peaks),
    ]


def presgan_tables() -> None:
    """A step of training, and the sampler alone."""
    print(f"\nPresGAN, dcgan64, 3x64x64, batch {BATCH_SIZE}: a step, 2 + 2 iterations of 5 leapfrog steps\n")
    works: dict[str, Work] = {
        "plain, gradients to weights too": patched(trainer(Entropy()), plain_sample, Learning),
        "plain": patched(trainer(Entropy()), plain_sample, Frozen),
        "ours": trainer(Entropy()).advance,
        "ours, hmc_gradient: bfloat16": trainer(Entropy(hmc_gradient="bfloat16")).advance,
        "ours, hmc_gradient: prior_only": trainer(Entropy(hmc_gradient="prior_only")).advance,
        "GAN with noise": trainer(Entropy(weight=0.0)).advance,
    }
    seconds = interleaved(works, 3)
    rows = [
        [name, f"{median(spent):.2f}", *(f"{ratio(seconds[plain], spent):.2f}" for plain in list(works)[:2])]
        for name, spent in seconds.items()
    ]
    heads = ("form", "s a step", "times faster than the first", "than the second")
    print(tabulate(rows, heads, tablefmt="github", disable_numparse=True, colalign=("left", *["right"] * 3)))

    print("\nIts sampler alone; acceptance is that of one iteration from the latents that made the images\n")
    rates = [matrix_rate() for _ in range(5)]
    rows = [sampler_row(kind, median(rates)) for kind in (Posterior, ReducedPosterior, BlindPosterior)]
    heads = ("posterior", "s", "TFLOP", "of a matrix product, %", "products alone, %", "acceptance, %")
    print(tabulate(rows, heads, tablefmt="github", disable_numparse=True, colalign=("left", *["right"] * 5)))
    print(f"float32 products make {median(rates) / 1e9:.0f} GFLOP/s, bfloat16 {matrix_rate(torch.bfloat16) / 1e9:.0f}")


def trainer(part: Entropy) -> Trainer:
    """Of PresGAN with such a part."""
    spec = RunSpec(
        dataset=DATASETS["cifar10_64"],
        networks=NETWORKS["dcgan64"],
        method=Method(regularisers=Regularisers(entropy=part)),
        training=Training(steps=1, batch_size=BATCH_SIZE),
    )
    return Trainer(spec, made_up(spec.dataset, CPU), CPU)


def patched(own: Trainer, sampler: object, frozen: object) -> Work:
    """A step with another sampler and another frozen network."""

    def step() -> None:
        with mock.patch.object(entropy, "sample", sampler), mock.patch.object(entropy.layers, "Frozen", frozen):
            own.advance()

    return step


def sampler_row(kind: type[Posterior], rate: float) -> list[str]:
    """A row of the sampler's table."""
    torch.manual_seed(0)
    latent_dim = NETWORKS["dcgan64"].latent_dim
    z, sigma, step_size = torch.randn(BATCH_SIZE, latent_dim), torch.full(SHAPE, 0.25), torch.tensor(1 / latent_dim)
    mean = Frozen(NETWORKS["dcgan64"].generator.build(latent_dim, SHAPE), z)
    potential = kind(mean, mean(z) + sigma * torch.randn(BATCH_SIZE, *SHAPE), sigma)
    noise = Noise(torch.randn(ITERATIONS, BATCH_SIZE, latent_dim), torch.rand(ITERATIONS, BATCH_SIZE))
    work = partial(sample, potential, z, step_size, noise, 2, LEAPFROG_STEPS)
    alone = ceiling(work)
    spent = median(interleaved({"sampler": work}, 3)["sampler"])
    _, accepted = transition(potential, potential.at(z), noise.momenta[0], noise.uniforms[0], step_size, LEAPFROG_STEPS)
    return [
        kind.__name__,
        f"{spent:.2f}",
        f"{alone.flops / 1e12:.3f}",
        f"{100 * alone.flops / spent / rate:.0f}",
        f"{100 * alone.seconds / spent:.0f}",
        f"{100 * accepted.mean():.0f}",
    ]


def flops(work: Work) -> int:
    """Of matrix products and convolutions."""
    with Products() as products:
        work()
    return products.flops


if __name__ == "__main__":
    main()
