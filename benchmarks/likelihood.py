"""Seconds a test point costs in an evaluation of likelihood, against the formula as it is printed, and its bias.

    OMP_NUM_THREADS=1 python -m benchmarks.likelihood [TABLE ...]          cost and bias by default

Generators are as they are initialised, images are noise, sigma is 0.2, densities are truncated. The oracle sends one
latent after another through the same generator. `generator` is what its passes alone cost, `mode` one step of the
ascent for one of 20 points at once. Times are seconds of the processor.

The bias is that of linear generators whose latents depend on each other in the posterior: nats by which the mean over
100 points is off with S latents, with a perfect encoder and a perfect mode, beside the median effective sample size.
"""

from __future__ import annotations

import sys
from statistics import mean, median

import torch
from tabulate import tabulate

from benchmarks.clock import timed
from ganpipe.evaluation.likelihood.densities import TruncatedGaussian
from ganpipe.evaluation.likelihood.importance import ROWS, importance_estimate
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.points import GROUP
from ganpipe.evaluation.likelihood.proposal import Proposal, posterior_modes
from ganpipe.presets import NETWORKS
from tests.evaluation.likelihood.linear import drawn, linear_model, noise
from tests.evaluation.likelihood.oracle import plain_log_likelihood

CASES = {"small_conv": (3, 8, 8), "miyato": (3, 32, 32), "dcgan64": (3, 64, 64)}
"""Preset of networks -> shape of the images that it makes."""
STEPS = 2
LATENTS = 200
"""In the sum of a point, to be quick; papers use 2,000, and a point costs in proportion."""
LINEAR = ((2, 3), (5, 8), (10, 20), (20, 40))
COUNTS = (200, 2_000, 20_000)
POINTS = 100


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    tables = {"cost": cost_table, "bias": bias_table}
    for name in sys.argv[1:] or tables:
        tables[name]()


def cost_table() -> None:
    """Seconds a point."""
    rows = [measure(name, LATENTS) for name in CASES]
    print(tabulate(rows, HEADINGS, tablefmt="github", disable_numparse=True))


def bias_table() -> None:
    """Nats by which the estimate is off."""
    rows = [bias(latent_dim, features) for latent_dim, features in LINEAR]
    headings = ("latents, pixels", *(f"S = {count:,}" for count in COUNTS), f"effective size at {COUNTS[1]:,}")
    print("\n" + tabulate(rows, headings, tablefmt="github", disable_numparse=True))


def bias(latent_dim: int, features: int) -> list[str]:
    """One row of the table: means over points of what is known in closed form."""
    model = linear_model(latent_dim, features, correlated=True)
    points = drawn(model, POINTS, seed=1)
    exact = model.marginal.log_prob(points)
    off, sizes = [], []
    for count in COUNTS:
        found = [
            importance_estimate(model.joint, x, model.proposal(x), noise(count, latent_dim, seed))
            for seed, x in enumerate(points)
        ]
        off.append(mean(estimate.log_likelihood for estimate in found) - float(exact.mean()))
        sizes.append(median(estimate.effective_sample_size for estimate in found))
    return [f"{latent_dim}, {features}", *(f"{each:.2f}" for each in off), f"{sizes[1]:,.0f}"]


HEADINGS = (
    "networks",
    "image",
    "latents",
    "generator (s)",
    "ours (s)",
    "plain (s)",
    "ratio",
    "mode (s)",
    "ours (nats)",
    "differ by",
)


def measure(name: str, count: int) -> list[str]:
    """One row of the table."""
    networks, shape = NETWORKS[name], CASES[name]
    torch.manual_seed(0)
    generator = networks.generator.build(networks.latent_dim, shape).eval().requires_grad_(False)
    sigma, images = torch.full(shape, 0.2), 2 * torch.rand(GROUP, *shape) - 1
    joint = Joint(generator, TruncatedGaussian(sigma, -1.0, 1.0), networks.latent_dim)
    centre, deviation = torch.randn(networks.latent_dim), torch.full((networks.latent_dim,), 0.1)
    drawn_noise = torch.randn(count, networks.latent_dim)

    timed(lambda: generator(drawn_noise[:ROWS]))
    passes, _ = timed(lambda: [generator(part) for part in torch.split(centre + deviation * drawn_noise, ROWS)])
    ours, found = timed(lambda: importance_estimate(joint, images[0], Proposal(centre, deviation), drawn_noise))
    plain, expected = timed(
        lambda: plain_log_likelihood(generator, sigma, images[0], (centre, deviation), drawn_noise, (-1.0, 1.0))
    )
    start = torch.randn(GROUP, networks.latent_dim)
    modes, _ = timed(lambda: posterior_modes(joint, images, start, STEPS, 0.01))
    return [
        name,
        "x".join(str(size) for size in shape),
        str(count),
        f"{passes:.3f}",
        f"{ours:.3f}",
        f"{plain:.3f}",
        f"{plain / ours:.1f}",
        f"{modes / GROUP / STEPS:.4f}",
        f"{found.log_likelihood:.4f}",
        f"{abs(found.log_likelihood - expected):.0e}",
    ]


if __name__ == "__main__":
    main()
