"""Seconds a test point costs in an evaluation of likelihood, against the formula as it is printed (the tests' oracle).

    OMP_NUM_THREADS=1 python -m benchmarks.likelihood [LATENTS ...]          200 by default; papers use 2000

Generators are as they are initialised, images are noise, sigma is 0.2, densities are truncated. The oracle sends one
latent after another through the same generator. `generator` is what its passes alone cost, `mode` one step of the
ascent for one of 20 points at once. Times are seconds of the processor.
"""

from __future__ import annotations

import sys

import torch
from tabulate import tabulate

from benchmarks.clock import timed
from ganpipe.evaluation.likelihood.densities import TruncatedGaussian
from ganpipe.evaluation.likelihood.importance import ROWS, importance_estimate
from ganpipe.evaluation.likelihood.joint import Joint
from ganpipe.evaluation.likelihood.points import GROUP
from ganpipe.evaluation.likelihood.proposal import Proposal, posterior_modes
from ganpipe.presets import NETWORKS
from tests.evaluation.likelihood.oracle import plain_log_likelihood

CASES = {"small_conv": (3, 8, 8), "miyato": (3, 32, 32), "dcgan64": (3, 64, 64)}
"""Preset of networks -> shape of the images that it makes."""
STEPS = 2


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    counts = [int(text) for text in sys.argv[1:]] or [200]
    rows = [measure(name, count) for count in counts for name in CASES]
    print(tabulate(rows, HEADINGS, tablefmt="github", disable_numparse=True))


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
    mean, deviation = torch.randn(networks.latent_dim), torch.full((networks.latent_dim,), 0.1)
    noise = torch.randn(count, networks.latent_dim)

    timed(lambda: generator(noise[:ROWS]))
    passes, _ = timed(lambda: [generator(part) for part in torch.split(mean + deviation * noise, ROWS)])
    ours, found = timed(lambda: importance_estimate(joint, images[0], Proposal(mean, deviation), noise))
    plain, expected = timed(
        lambda: plain_log_likelihood(generator, sigma, images[0], (mean, deviation), noise, (-1.0, 1.0))
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
