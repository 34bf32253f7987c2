"""A training step of every method: its time, FLOPs and memory, against the GAN's on the same networks and the machine.

    OMP_NUM_THREADS=1 python -m benchmarks.steps [CASE ...]          ring, conv and dcgan64 by default

* `of GAN's`: the median ratio of processor seconds over interleaved rounds, and the ratio of FLOPs. A batch counts
  verdicts, so a method that judges five samples at once also makes five times as many.
* FLOPs are those of matrix products and convolutions, gradients included, as PyTorch counts them.
* `products alone`: the share of the step that its very products and convolutions take when they stand alone, in
  memory order, on other numbers: 100 % would be a step with nothing else in it.
* `of a matrix product`: the step's FLOP/s over those of a float32 product of 2048 x 2048 matrices.
* `peak MB`: memory over what weights, optimisers and data take.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import median

import torch
from tabulate import tabulate

from benchmarks.clock import interleaved, ratio
from benchmarks.memory import peak_megabytes
from benchmarks.products import Ceiling, ceiling, matrix_rate
from ganpipe.data.made_up import made_up
from ganpipe.networks.miyato import MiyatoDiscriminator, MiyatoGenerator
from ganpipe.presets import DATASETS, METHODS, NETWORKS
from ganpipe.spec.networks import Networks
from ganpipe.spec.run import RunSpec
from ganpipe.spec.training import Training
from ganpipe.training.trainer import Trainer

CPU = torch.device("cpu")
MOTHER = "gan"


@dataclass(frozen=True)
class Case:
    """Networks on data of a shape.

    Attributes:
        rounds: of interleaved measurements.
        block: seconds for which a step is repeated in a round; it is done once at least.
    """

    title: str
    dataset: str
    networks: Networks
    batch_size: int
    methods: tuple[str, ...]
    rounds: int
    block: float


CONV = Networks(generator=MiyatoGenerator(width=16), discriminator=MiyatoDiscriminator(width=16), latent_dim=16)
CASES = {
    "ring": Case("mlp, points in 2-D, batch 100", "ring8_pacgan", NETWORKS["mlp"], 100, tuple(METHODS), 5, 0.1),
    "conv": Case("miyato at a quarter of its width, 3x32x32, batch 32", "cifar10", CONV, 32, tuple(METHODS), 3, 0.1),
    "dcgan64": Case(
        *("dcgan64, 3x64x64, batch 64", "cifar10_64", NETWORKS["dcgan64"], 64),
        *((MOTHER, "md", "presgan", "setgan5"), 2, 0.0),
    ),
}
HEADINGS = (
    *("method", "ms a step", "of GAN's", "GFLOP a step", "of GAN's"),
    *("products alone, %", "of a matrix product, %", "peak MB"),
)


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    for name in sys.argv[1:] or CASES:
        measure(CASES[name])


def measure(case: Case) -> None:
    """Print the table of a case."""
    rates, rows, refused = [matrix_rate() for _ in range(3)], [], {}
    mother = trainer(case, MOTHER)
    plain = ceiling(mother.advance)
    for method in case.methods:
        spec = run_spec(case, method)
        if reason := spec.refuses():
            refused[method] = reason
            continue
        rows.append(row(case, method, mother, plain, rates))
        rates.append(matrix_rate())
    print(f"\n{case.title}; a matrix product makes {median(rates) / 1e9:.0f} GFLOP/s (median)\n")
    print(tabulate(rows, HEADINGS, tablefmt="github", disable_numparse=True, colalign=("left", *["right"] * 7)))
    for method, reason in refused.items():
        print(f"\n{method}: {reason}")


def row(case: Case, method: str, mother: Trainer, plain: Ceiling, rates: list[float]) -> list[str]:
    """One line of the table."""
    own = trainer(case, method)
    alone = ceiling(own.advance)
    peak = peak_megabytes(own.advance)
    seconds = interleaved({"mother": mother.advance, "own": own.advance}, case.rounds, case.block)
    step = median(seconds["own"])
    return [
        method,
        f"{1000 * step:.4g}",
        f"{ratio(seconds['own'], seconds['mother']):.2f}",
        f"{alone.flops / 1e9:.3g}",
        f"{alone.flops / plain.flops:.2f}",
        f"{100 * alone.seconds / step:.0f}",
        f"{100 * alone.flops / step / median(rates):.0f}",
        "-" if peak is None else f"{peak:.0f}",
    ]


def run_spec(case: Case, method: str) -> RunSpec:
    """A run of the case."""
    training = Training(steps=1, batch_size=case.batch_size)
    return RunSpec(
        dataset=DATASETS[case.dataset], networks=case.networks, method=METHODS[method], training=training, seed=0
    )


def trainer(case: Case, method: str) -> Trainer:
    """At the start of such a run."""
    spec = run_spec(case, method)
    return Trainer(spec, made_up(spec.dataset, CPU), CPU)


if __name__ == "__main__":
    main()
